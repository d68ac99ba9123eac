"""What happens when somebody posts, says, presses, reacts or sends the form."""

import pytest

from bot.conversation import wording
from bot.conversation.actions import (
    Cancel,
    CountPick,
    Delete,
    OpenForm,
    Refuse,
    Say,
    Select,
    ShowGallery,
    StartJob,
    Withdraw,
)
from bot.conversation.decide import decide
from bot.conversation.events import Posted, Press, Pressed, Reacted, Said, Submitted
from bot.planner.plan import Action, Plan, Reference
from bot.planner.resolve import resolve
from engine.contract import Change, Family, ImageRef, Keep, Kind, Motion, Role, Status
from tests.support.records import MODELS, OTHER, OWNER, project, source, variants, version

OLD, NEW = 7, 8
STILLS = (Family.PHOTOREAL, Family.ILLUSTRATION, Family.CONCEPT3D)


def image(number):
    return f"{number:064x}"


def old_and_new(**newest):
    """A project of two galleries: number 1 (id 7) and number 2 (id 8)."""
    return project(version(OLD), version(NEW, number=2, **newest))


def made_with(kind=Kind.GENERATE, base="a" * 64, **changes):
    request = version().request.model_copy(update={"kind": kind, "images": (ImageRef(id=base),)} | changes)
    return {"request": request}


def pressed(press, where=None, *, user=OWNER, gallery=NEW, variant=0):
    return decide(where or old_and_new(), Pressed(user, press, gallery, variant), None)


def said(plan, where=None, *, user=OWNER, text="words", sources=(), replied_to=None, addressed=None):
    return decide(where or old_and_new(), Said(user, text, sources, replied_to, addressed), plan)


def only(actions, kind):
    """Return the one action of this kind, and make sure there is one."""
    (found,) = [a for a in actions if isinstance(a, kind)]
    return found


# -- posting


def test_a_post_starts_a_job_from_its_pictures():
    plan = Plan(action=Action.GENERATE, families=(Family.ILLUSTRATION,), prompt="paper")
    start = only(decide(project(), Posted(OWNER, "watercolor", (source(),)), plan), StartJob)
    assert (start.plan.base, start.base_image, start.parent, start.words) == ("source", None, None, "watercolor")


def test_pictures_without_roles_get_the_usual_ones():
    sources = tuple(source(letter * 64) for letter in "abc")
    plan = Plan(action=Action.GENERATE, references=(Reference(image=3, role=Role.PALETTE),))
    start = only(decide(project(sources=sources), Posted(OWNER, "", sources), plan), StartJob)
    assert [r.role for r in start.plan.references] == [Role.SUBJECT, Role.STYLE, Role.PALETTE]


@pytest.mark.parametrize("action", [Action.TALK, Action.PICK, Action.BACK, Action.CANCEL])
def test_a_post_that_asks_for_nothing_is_answered(action):
    assert decide(project(), Posted(OWNER, "hi", (source(),)), Plan(action=action, reply="Hello.")) == [Say("Hello.")]


def test_a_post_without_a_picture_is_told_so():
    assert decide(project(sources=()), Posted(OWNER, "hi", ()), None) == [Say(wording.NO_PICTURE)]


# -- buttons: who


@pytest.mark.parametrize("press", [p for p in Press if p is not Press.PICK])
def test_only_the_owner_may_press_anything_but_a_pick(press):
    (refused,) = pressed(press, user=OTHER, variant=1)
    assert refused == Refuse(wording.not_yours(OWNER))
    assert f"<@{OWNER}>" in refused.text


def test_the_owners_pick_selects_and_everybodys_counts():
    assert pressed(Press.PICK, variant=2) == [CountPick(OWNER, NEW, 2, added=True), Select(NEW, 2)]
    assert pressed(Press.PICK, user=OTHER, variant=2) == [CountPick(OTHER, NEW, 2, added=True)]


def test_a_voter_takes_a_vote_back_by_pressing_again():
    voted = old_and_new(picks={2: frozenset({OTHER})})
    assert pressed(Press.PICK, voted, user=OTHER, variant=2) == [CountPick(OTHER, NEW, 2, added=False)]


@pytest.mark.parametrize(
    ("gallery", "variant", "words"),
    [(99, 1, wording.GALLERY_GONE), (NEW, 5, wording.no_variant(5, 4)), (NEW, 0, wording.WHICH_ONE)],
)
def test_a_press_on_what_is_not_there_is_explained(gallery, variant, words):
    assert pressed(Press.PICK, gallery=gallery, variant=variant) == [Refuse(words)]


def test_a_deleted_gallery_is_gone():
    assert pressed(Press.AGAIN, old_and_new(deleted=True)) == [Refuse(wording.GALLERY_GONE)]


# -- buttons: what


@pytest.mark.parametrize(("press", "kind"), [(Press.EDIT, OpenForm), (Press.DELETE, Delete)])
def test_edit_opens_the_form_and_delete_deletes(press, kind):
    assert pressed(press) == [kind(NEW)]


def test_cancel_stops_what_runs_and_nothing_else():
    assert pressed(Press.CANCEL, old_and_new(status=Status.RUNNING)) == [Cancel(NEW)]
    assert pressed(Press.CANCEL) == [Refuse(wording.ENDED_ALREADY)]


def test_again_is_the_same_with_fresh_seeds_and_the_same_base():
    start = only(pressed(Press.AGAIN, old_and_new(**made_with(base=image(3)))), StartJob)
    assert (start.fresh, start.base_image, start.plan.prompt) == (True, image(3), "soft paper")
    assert only(pressed(Press.AGAIN), StartJob).base_image is None


def test_vary_makes_small_changes_of_one_variant():
    start = only(pressed(Press.VARY, variant=3), StartJob)
    assert (start.base_image, start.plan.base, start.plan.change) == (image(3), 3, Change.SUBTLE)
    assert start.fresh
    assert start.plan.families == (Family.ILLUSTRATION,)


def test_vary_of_a_comparison_stays_in_that_variants_family():
    compared = version(
        NEW,
        plan=Plan(action=Action.GENERATE, families=STILLS[:2]),
        **made_with(models=("natural", "watercolor")),
        variants=(*variants(1, "natural"), variants(2)[1]),
    )
    where = project(compared)
    assert only(pressed(Press.VARY, where, variant=1), StartJob).plan.families == (Family.PHOTOREAL,)
    assert only(pressed(Press.VARY, where, variant=2), StartJob).plan.families == (Family.ILLUSTRATION,)


@pytest.mark.parametrize(
    ("press", "before", "then", "fresh"),
    [
        (Press.CLOSER, Change.STRONG, Change.BALANCED, False),
        (Press.CLOSER, Change.BALANCED, Change.SUBTLE, False),
        (Press.CLOSER, Change.SUBTLE, Change.SUBTLE, True),
        (Press.FURTHER, Change.SUBTLE, Change.BALANCED, False),
        (Press.FURTHER, Change.STRONG, Change.STRONG, True),
    ],
)
def test_closer_and_further_step_the_change_with_the_same_seeds(press, before, then, fresh):
    start = only(pressed(press, old_and_new(**made_with(change=before))), StartJob)
    assert (start.plan.change, start.fresh, start.parent) == (then, fresh, NEW)


def test_compare_takes_the_same_base_over_all_three_families():
    start = only(pressed(Press.COMPARE), StartJob)
    assert (start.plan.families, start.base_image, start.plan.variants) == (STILLS, None, None)
    assert only(pressed(Press.COMPARE, variant=2), StartJob).base_image == image(2)


@pytest.mark.parametrize(
    ("press", "action"),
    [(Press.UPSCALE, Action.UPSCALE), (Press.FIX_FACE, Action.FIX_FACE), (Press.ANIMATE, Action.ANIMATE)],
)
@pytest.mark.parametrize(
    ("variant", "selected", "number"),
    [(3, (NEW, 2), 3), (0, (NEW, 2), 2), (0, (OLD, 2), 1), (0, None, 1)],
)
def test_tools_take_the_pressed_variant_else_the_selected_else_the_first(press, action, variant, selected, number):
    where = old_and_new().evolve(selected=selected)
    start = only(pressed(press, where, variant=variant), StartJob)
    assert (start.plan.action, start.plan.base, start.base_image) == (action, number, image(number))


@pytest.mark.parametrize("press", [Press.UPSCALE, Press.VARY, Press.ANIMATE])
def test_a_gallery_without_pictures_has_nothing_to_press(press):
    assert pressed(press, old_and_new(variants=())) == [Refuse(wording.NOT_READY)]


def test_a_clip_is_worked_on_by_its_poster():
    clip = variants(1, "motion", clip=True, poster="e" * 64)
    where = old_and_new(variants=clip, **made_with(Kind.ANIMATE))
    assert only(pressed(Press.UPSCALE, where), StartJob).base_image == "e" * 64
    bare = old_and_new(variants=variants(1, "motion", clip=True), **made_with(Kind.ANIMATE, base=image(3)))
    assert only(pressed(Press.UPSCALE, bare), StartJob).base_image == image(3)


@pytest.mark.parametrize("press", [p for p in Press if p not in {Press.PICK, Press.EDIT, Press.DELETE, Press.CANCEL}])
def test_whatever_a_button_starts_can_be_carried_out(press):
    start = only(pressed(press), StartJob)
    assert resolve(start, old_and_new(), MODELS, seed=1, client="1").images


# -- the form


def submitted(where=None, *, user=OWNER, gallery=NEW, **changes):
    form = {"prompt": "a brass owl", "family": Family.ILLUSTRATION, "change": Change.BALANCED, "exact": False}
    return decide(where or old_and_new(), Submitted(user, gallery, **form | changes), None)


def test_the_form_starts_what_it_says():
    start = only(submitted(family=Family.CONCEPT3D, change=Change.STRONG, exact=True), StartJob)
    assert (start.plan.prompt, start.plan.exact, start.plan.change) == ("a brass owl", True, Change.STRONG)
    assert (start.plan.families, start.fresh) == ((Family.CONCEPT3D,), False)


def test_an_unchanged_form_brings_other_seeds():
    assert only(submitted(prompt=""), StartJob).fresh
    assert only(submitted(prompt="soft paper"), StartJob).plan.prompt == "soft paper"


def test_the_form_can_ask_for_a_clip():
    assert only(submitted(family=Family.VIDEO), StartJob).plan.action is Action.ANIMATE


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"user": OTHER}, wording.not_yours(OWNER)), ({"gallery": 99}, wording.GALLERY_GONE)],
)
def test_a_form_that_cannot_be_followed_is_refused(changes, words):
    assert submitted(**changes) == [Refuse(words)]


# -- reactions


@pytest.mark.parametrize(
    ("user", "added", "done"),
    [
        (OWNER, True, [CountPick(OWNER, NEW, 2, added=True), Select(NEW, 2)]),
        (OWNER, False, [CountPick(OWNER, NEW, 2, added=False)]),
        (OTHER, True, [CountPick(OTHER, NEW, 2, added=True)]),
        (OTHER, False, [CountPick(OTHER, NEW, 2, added=False)]),
    ],
)
def test_reactions_count_and_the_owners_selects(user, added, done):
    assert decide(old_and_new(), Reacted(user, NEW, 2, added), None) == done


@pytest.mark.parametrize(("gallery", "variant"), [(99, 1), (NEW, 8)])
def test_a_reaction_to_nothing_is_nothing(gallery, variant):
    assert decide(old_and_new(), Reacted(OWNER, gallery, variant, added=True), None) == []


# -- words


@pytest.mark.parametrize(
    "action", [Action.GENERATE, Action.REROLL, Action.UPSCALE, Action.ANIMATE, Action.BACK, Action.CANCEL]
)
def test_only_the_owners_words_steer(action):
    assert said(Plan(action=action), user=OTHER) == [Refuse(wording.not_yours(OWNER))]


@pytest.mark.parametrize(
    ("user", "addressed", "answered"),
    [
        (OWNER, None, True),
        (OWNER, True, True),
        (OWNER, False, False),
        (OTHER, None, False),
        (OTHER, True, True),
        (OTHER, False, False),
    ],
)
def test_members_talk_with_each_other_and_with_easel(user, addressed, answered):
    heard = said(Plan(action=Action.TALK, reply="Hello."), user=user, addressed=addressed)
    assert heard == ([Say("Hello.")] if answered else [])


@pytest.mark.parametrize(
    ("addressed", "told", "refused"), [(None, False, True), (None, True, False), (True, True, True)]
)
def test_others_hear_once_that_the_project_is_not_theirs(addressed, told, refused):
    where = old_and_new().evolve(told={OTHER} if told else ())
    heard = said(Plan(action=Action.GENERATE), where, user=OTHER, addressed=addressed)
    assert heard == ([Refuse(wording.not_yours(OWNER))] if refused else [])


@pytest.mark.parametrize("base", [None, 8])
def test_a_vote_that_fits_no_picture_is_only_talk(base):
    assert said(Plan(action=Action.PICK, base=base), project(version(OLD, count=2)), user=OTHER) == []


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (Action.GENERATE, Say(wording.STILL_LOOKING)),
        (Action.BACK, Say(wording.STILL_LOOKING)),
        (Action.CANCEL, Withdraw()),
        (Action.TALK, Say("Hello.")),
    ],
)
def test_words_before_anything_has_begun(action, expected):
    heard = project(sources=(), pending={"user": OWNER, "text": "watercolor"})
    assert said(Plan(action=action, reply="Hello."), heard) == [expected]


def test_words_while_the_first_version_is_made_build_on_its_prompt():
    context = project(version(OLD, count=0, status=Status.RUNNING)).as_context()
    assert (context.prompt, context.families, context.variants) == ("soft paper", (Family.ILLUSTRATION,), 0)
    assert context.running
    assert context.versions


def test_a_pick_in_words_selects_for_the_owner_and_votes_for_others():
    plan = Plan(action=Action.PICK, base=2)
    assert said(plan)[:2] == [CountPick(OWNER, NEW, 2, added=True), Select(NEW, 2)]
    assert said(plan, user=OTHER) == [CountPick(OTHER, NEW, 2, added=True)]
    assert said(plan, replied_to=OLD)[0] == CountPick(OWNER, OLD, 2, added=True)


@pytest.mark.parametrize(
    ("base", "words"), [(None, wording.WHICH_ONE), ("source", wording.WHICH_ONE), (7, wording.no_variant(7, 4))]
)
def test_a_pick_of_nothing_is_asked_about(base, words):
    assert said(Plan(action=Action.PICK, base=base)) == [Say(words)]


@pytest.mark.parametrize(
    ("named", "shown"),
    [(None, OLD), (1, OLD), (2, NEW)],
)
def test_back_shows_the_earlier_gallery_and_selects_in_it(named, shown):
    actions = said(Plan(action=Action.BACK, version=named))
    assert only(actions, ShowGallery) == ShowGallery(shown)
    assert only(actions, Select) == Select(shown, 1)


def test_back_selects_what_the_owner_had_picked_there():
    where = project(version(OLD, picks={3: frozenset({OWNER}), 1: frozenset({OTHER})}), version(NEW, number=2))
    assert only(said(Plan(action=Action.BACK), where), Select) == Select(OLD, 3)


@pytest.mark.parametrize(
    ("where", "named", "words"),
    [
        (project(version(OLD)), None, wording.NOTHING_EARLIER),
        (project(), 1, wording.NOTHING_EARLIER),
        (old_and_new(), 6, wording.no_version(6)),
    ],
)
def test_back_to_nowhere_is_explained(where, named, words):
    assert said(Plan(action=Action.BACK, version=named), where) == [Say(words)]


def test_cancel_in_words_stops_all_that_runs():
    where = project(version(OLD, status=Status.RUNNING), version(NEW, status=Status.WAITING))
    assert said(Plan(action=Action.CANCEL), where)[:2] == [Cancel(OLD), Cancel(NEW)]
    assert said(Plan(action=Action.CANCEL)) == [Say(wording.NOTHING_RUNS)]


def refine(**changes):
    return Plan(**{"action": Action.GENERATE, "prompt": "warmer paper"} | changes)


def test_a_number_means_the_newest_gallery_and_a_reply_the_one_it_answers():
    start = only(said(refine(base=2)), StartJob)
    assert (start.parent, start.base_image, start.plan.base) == (NEW, image(2), 2)
    assert only(said(refine(base=2), replied_to=OLD), StartJob).parent == OLD


def test_a_number_that_is_not_there_is_explained():
    assert said(refine(base=6)) == [Say(wording.no_variant(6, 4))]


def test_without_a_number_the_selection_is_meant_else_the_source():
    picked = old_and_new().evolve(selected=(OLD, 3))
    assert only(said(refine(), picked), StartJob).base_image == image(3)
    assert only(said(refine()), StartJob).base_image is None
    assert only(said(refine(base="source"), picked), StartJob).base_image is None


def test_a_gallery_of_one_is_its_only_picture():
    single = old_and_new(variants=variants(1), **made_with(Kind.UPSCALE, base=image(3)))
    assert only(said(refine(), single), StartJob).base_image == image(1)


def test_on_the_same_source_the_same_seeds_show_what_the_words_changed():
    assert not only(said(refine()), StartJob).fresh
    assert only(said(refine(base=2)), StartJob).fresh
    assert only(said(refine(prompt="soft paper")), StartJob).fresh


def test_the_family_and_the_roles_stay_unless_the_words_change_them():
    kept = Plan(
        action=Action.GENERATE,
        families=(Family.ILLUSTRATION,),
        references=(Reference(image=1, role=Role.SUBJECT), Reference(image=2, role=Role.PALETTE)),
    )
    where = old_and_new(plan=kept)
    start = only(said(refine(base=1), where), StartJob)
    assert start.plan.families == (Family.ILLUSTRATION,)
    assert start.plan.references == kept.references
    other = only(said(refine(families=(Family.CONCEPT3D,)), where), StartJob)
    assert other.plan.families == (Family.CONCEPT3D,)


@pytest.mark.parametrize("action", [Action.UPSCALE, Action.FIX_FACE, Action.ANIMATE])
def test_tools_in_words_take_the_selection_else_the_first(action):
    picked = old_and_new().evolve(selected=(NEW, 4))
    assert only(said(Plan(action=action), picked), StartJob).base_image == image(4)
    start = only(said(Plan(action=action)), StartJob)
    assert start.base_image == image(1)
    assert start.plan.prompt == "soft paper"


def test_a_clip_in_words_moves_as_asked():
    start = only(said(Plan(action=Action.ANIMATE, base=2, motion=(Motion.SNOW,), seconds=6)), StartJob)
    assert (start.plan.families, start.plan.motion, start.plan.seconds) == ((Family.VIDEO,), (Motion.SNOW,), 6)


def test_reroll_in_words_is_the_same_again_as_many_as_asked():
    start = only(said(Plan(action=Action.REROLL, variants=3)), StartJob)
    assert (start.plan.action, start.plan.variants, start.fresh) == (Action.GENERATE, 3, True)
    assert start.plan.prompt == "soft paper"
    varied = only(said(Plan(action=Action.REROLL, base=2)), StartJob)
    assert (varied.base_image, varied.plan.change) == (image(2), Change.SUBTLE)


def test_a_new_picture_is_worked_on_unless_it_only_gives_a_role():
    new = source("c" * 64)
    where = old_and_new().evolve(sources=(source(), new))
    assert only(said(refine(), where, sources=(new,)), StartJob).base_image == "c" * 64
    palette = refine(references=(Reference(image=2, role=Role.PALETTE),))
    start = only(said(palette, where, sources=(new,)), StartJob)
    assert start.base_image is None
    assert start.plan.references == palette.references


def test_words_before_the_first_gallery_start_from_the_pictures():
    start = only(said(refine(base=None, keep={Keep.COLORS}), project()), StartJob)
    assert (start.plan.base, start.plan.keep, start.parent) == ("source", {Keep.COLORS}, None)
    assert said(refine(), project(sources=())) == [Say(wording.NO_PICTURE)]


def test_a_second_job_is_queued_while_the_first_runs():
    running = project(version(OLD), version(NEW, number=2, status=Status.RUNNING, variants=()))
    assert only(said(refine(), running), StartJob).parent == OLD


def test_the_words_themselves_are_kind_and_name_what_is_there():
    assert "mention me" in wording.not_yours(OWNER)
    assert "one picture" in wording.no_variant(2, 1)
    assert wording.families(STILLS) == "photoreal, illustration and stylised 3D"
    assert wording.families(STILLS[:1]) == "photoreal"
    assert (wording.stopped(1), wording.stopped(3)) == ("Stopped.", "Stopped all 3.")


@pytest.mark.parametrize(
    ("picked", "parent"), [(None, 3), ((2, 1), 2), ((4, 1), 3)], ids=["the last", "the picked", "the picked has none"]
)
def test_a_number_the_newest_gallery_lacks_means_one_that_has_it(picked, parent):
    galleries = [version(1, number=1), version(2, number=2), version(3, number=3), version(4, number=4, count=1)]
    start = only(said(refine(base=2), project(*galleries, selected=picked)), StartJob)
    assert start.parent == parent
