"""One message is edited never too often, only on change, and the last edit always."""

import asyncio

from bot.client.progress import Editor


class Log:
    def __init__(self, seconds=0.0):
        self.sent = []
        self.seconds = seconds

    async def edit(self, face):
        await asyncio.sleep(self.seconds)
        self.sent.append((asyncio.get_running_loop().time(), face))

    @property
    def faces(self):
        return [face for _, face in self.sent]


async def test_many_changes_become_few_edits_and_the_newest_wins():
    log = Log()
    editor = Editor(log.edit, interval=0.05)
    for face in range(20):
        editor.show(face)
        await asyncio.sleep(0.01)
    await editor.finish("end")
    gaps = [b - a for (a, _), (b, _) in zip(log.sent[:-1], log.sent[1:-1], strict=False)]
    assert all(gap >= 0.045 for gap in gaps)
    assert len(log.sent) < 8
    assert log.faces[-1] == "end"


async def test_the_same_face_is_not_sent_twice():
    log = Log()
    editor = Editor(log.edit, interval=0.01, eager=True)
    editor.show("a")
    await asyncio.sleep(0.03)
    editor.show("a")
    await asyncio.sleep(0.03)
    assert log.faces == ["a"]


async def test_the_last_face_is_sent_at_once_and_nothing_after_it():
    log = Log()
    editor = Editor(log.edit, interval=5)
    editor.show("middle")
    await asyncio.wait_for(editor.finish("end"), 1)
    await asyncio.sleep(0.02)
    assert log.faces == ["end"]


async def test_an_edit_on_its_way_is_never_overtaken():
    log = Log(seconds=0.05)
    editor = Editor(log.edit, interval=0.0, eager=True)
    editor.show("slow")
    await asyncio.sleep(0.01)
    await editor.finish("end")
    assert log.faces == ["slow", "end"]


async def test_a_change_during_an_edit_is_shown_after_it():
    log = Log(seconds=0.02)
    editor = Editor(log.edit, interval=0.0, eager=True)
    editor.show("one")
    await asyncio.sleep(0.01)
    editor.show("two")
    await asyncio.sleep(0.08)
    assert log.faces == ["one", "two"]
