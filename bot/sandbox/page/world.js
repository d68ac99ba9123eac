// What markdown needs to know of the sandbox: names, and how to open a channel.
import { channelName, open, userName } from "./store.js";

export const world = { userName, channelName, open };
