// What a member starts - a press, a choice, a command - and what the bot answers to it.
import { act, Refused } from "./api.js";
import { openModal } from "./modal.js";
import { changed, state } from "./store.js";
import { toast } from "./toast.js";

const answers = new Map();
const waiting = new Map();
const PATIENCE = 20_000;

/** Events of interactions; the answer may come before the id of what it answers. */
export function interactionEvent(t, d) {
  if (t !== "INTERACTION_ACK" && t !== "INTERACTION_FAILED") return false;
  const answer = { ...d, failed: t === "INTERACTION_FAILED" };
  const resolve = waiting.get(d.id);
  if (resolve) resolve(answer);
  else answers.set(d.id, answer);
  if (answers.size > 200) answers.delete(answers.keys().next().value);
  return true;
}

/** The bot's answer to one interaction: {failed, type, modal, choices}. */
export function settled(id) {
  if (answers.has(id)) return Promise.resolve(answers.get(id));
  return new Promise((resolve) => {
    const timer = setTimeout(() => done({ id, failed: true }), PATIENCE);
    const done = (answer) => {
      clearTimeout(timer);
      waiting.delete(id);
      resolve(answer);
    };
    waiting.set(id, done);
  });
}

export const pressKey = (messageId, customId) => `${messageId} ${customId}`;

const FAILED = "This interaction failed";

/** Press a button or commit a select (`values`). */
export async function press(messageId, customId, values) {
  const key = pressKey(messageId, customId);
  if (state.pending.has(key)) return;
  state.pending.set(key, true);
  state.failed.delete(messageId);
  changed();
  try {
    const { id } = await act("click", { user: state.viewer, message: messageId, custom_id: customId, ...(values && { values }) });
    const answer = await settled(id);
    if (answer.failed) state.failed.set(messageId, FAILED);
    else if (answer.modal) openModal(id, answer.modal, submitModal);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    state.failed.set(messageId, `${FAILED}: ${error.message}`);
  } finally {
    state.pending.delete(key);
    changed();
  }
}

/** Send a modal's answers; the words of a refusal, or null. */
async function submitModal(interaction, values, files) {
  try {
    const answer = await act("modal", { user: state.viewer, interaction, values }, files);
    const result = answer?.id ? await settled(answer.id) : {};
    return result.failed ? "Something went wrong. Try again." : null;
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}

/** Run a slash or message command. `body` is {name, channel, options | target}; true if the bot answered. */
export async function runCommand(body, files = []) {
  try {
    const { id } = await act("command", { user: state.viewer, ...body }, files);
    const answer = await settled(id);
    if (answer.modal) openModal(id, answer.modal, submitModal);
    if (answer.failed) toast("The application did not respond");
    return !answer.failed;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    toast(error.message);
    return false;
  }
}

/** What the bot suggests for the focused option: [{name, value}]. */
export async function suggestions(body) {
  try {
    const { id } = await act("command", { user: state.viewer, autocomplete: true, ...body });
    const answer = await settled(id);
    return answer.choices ?? [];
  } catch (error) {
    if (error instanceof Refused) return [];
    throw error;
  }
}

/** Do one thing as the viewer, and say so if it is refused. */
export async function attempt(what, payload, files = []) {
  try {
    return (await act(what, { user: state.viewer, ...payload }, files)) ?? true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    toast(error.message);
    return null;
  }
}
