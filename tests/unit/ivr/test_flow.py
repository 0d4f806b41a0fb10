"""A flow that would trouble a caller is refused with the line at fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow import BUILTIN, FlowError, builtin, load
from ivr.nodes import ConnectNode, InputNode, MenuNode
from ivr.prompts.texts import names_by_language

GOOD = """\
name: small
version: 1
languages: [id, en]
start: hello
again: {silence: no_key, wrong: wrong_key}
nodes:
  hello:
    kind: say
    parts: [greeting]
    next: choose
  choose:
    kind: menu
    parts: [main_menu]
    seconds: 5
    keys: {1: end_}
    silence: again
    wrong: again
    tries: 3
    failed: end_
  end_:
    kind: hangup
    parts: [goodbye]
"""


def problems(path: Path, text: str) -> list[str]:
    file = path / "flow.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(FlowError) as caught:
        load(file)
    return [problem.removeprefix(f"{file}:") for problem in caught.value.problems]


def test_the_flow_the_other_tests_break_is_good(tmp_path: Path) -> None:
    (tmp_path / "flow.yaml").write_text(GOOD, "utf-8")

    flow = load(tmp_path / "flow.yaml")

    assert (flow.name, flow.start, flow.languages) == ("small", "hello", ("id", "en"))
    assert set(flow.nodes) == {"hello", "choose", "end_"}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("start: hello", "start: hallo", "4: start: there is no node 'hallo'"),
        ("next: choose", "next: chose", "10: node 'hello', next: there is no node 'chose'"),
        ("{1: end_}", "{1: ende}", "15: node 'choose', 1: there is no node 'ende'"),
        ("{1: end_}", "{12: end_}", "15: '12' is no key of a telephone (0-9, *)"),
        ("{1: end_}", "{1: end_, 1: end_}", "15: '1' is given twice"),
        ("seconds: 5", "seconds: five", "14: a number from 1 to 60 is expected here"),
        ("seconds: 5", "seconds: 0", "14: a number from 1 to 60 is expected here"),
        ("seconds: 5", "second: 5", "14: node 'choose' does not know 'second'"),
        ("    silence: again\n", "", "12: node 'choose' does not say 'silence'"),
        ("    wrong: again\n", "", "12: node 'choose' does not say 'wrong'"),
        ("    failed: end_\n", "", "12: node 'choose' says 'again': it needs tries (2 or more) and failed"),
        ("    tries: 3\n", "", "12: node 'choose' says 'again': it needs tries (2 or more) and failed"),
        ("[greeting]", "[grating]", "9: there is no prompt 'grating' in language 'id'"),
        ("no_key,", "nokey,", "5: there is no prompt 'nokey' in language 'en'"),
        ("[greeting]", "[{sing: greeting}]", "9: a part is a prompt's name, or one of spell, number, agency"),
        ("[greeting]", "greeting", "9: a list is expected here"),
        ("kind: say", "kind: sing", "8: node 'hello' needs a kind"),
        ("[id, en]", "[id, jv]", "3: 'jv' is not a language (one of id, en)"),
        ("[id, en]", "[]", "3: a flow needs at least one language"),
        ("version: 1", "versions: 1", "2: a flow does not know 'versions'"),
        ("next: choose", "next: again", "10: node 'hello', next: there is no node 'again'"),
        ("next: choose", "next: hello", "8: a call can go round for ever from node 'hello'"),
        ("{1: end_}", "{1: hello}", "8: a call can go round for ever from node 'hello'"),
        ("next: choose", "next: end_", "12: node 'choose' cannot be reached"),
        ("next: choose", "next: choose\n    limit: 3", "8: node 'hello' does not say 'beyond'"),
        ("  end_:\n", "  End:\n", "21: 'End' cannot be a node's name"),
        ("version: 1", "version: [", "not YAML"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in GOOD

    found = problems(tmp_path, GOOD.replace(old, new, 1))

    assert any(problem in line for line in found), found


def test_a_limit_bounds_a_round(tmp_path: Path) -> None:
    bounded = GOOD.replace("{1: end_}", "{1: hello}").replace(
        "next: choose", "next: choose\n    limit: 3\n    beyond: end_"
    )
    (tmp_path / "flow.yaml").write_text(bounded, "utf-8")

    assert load(tmp_path / "flow.yaml").nodes["hello"].limit == 3


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("next: choose", "next: nowhere").replace("[goodbye]", "[farewell]")

    assert len(problems(tmp_path, text)) == 3  # the prompt is missing in both languages


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words", "\tx: 1", "name: {a: 1"])
def test_what_is_no_flow_is_refused(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="cannot be read"):
        load(tmp_path / "none.yaml")


def test_a_language_without_its_prompts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "flow.yaml").write_text(GOOD, "utf-8")

    with pytest.raises(FlowError, match="no prompt 'greeting' in language 'en'"):
        load(tmp_path / "flow.yaml", {"id": names_by_language()["id"], "en": ()})


@pytest.mark.parametrize("name", ["hotline", "unknown"])
def test_the_built_in_flows_are_good(name: str) -> None:
    assert builtin(name).name == name


@pytest.mark.parametrize("name", ["", "../flows/hotline", "hotline.yaml", "nothing"])
def test_only_built_in_flows_are_found_by_name(name: str) -> None:
    with pytest.raises(FlowError):
        builtin(name)


def test_the_hotline_keeps_its_promises() -> None:
    nodes = builtin("hotline").nodes

    main, notice, language = nodes["main"], nodes["notice"], nodes["language"]
    assert isinstance(main, MenuNode)
    assert {key: main.exits[key] for key in "12390"} == {
        key: nodes["main_again"].exits[key] for key in "12390"
    }
    assert isinstance(notice, MenuNode)
    assert set("12390") <= set(main.exits)
    assert main.tries == 3
    assert notice.whole
    assert {"8", "9"} <= set(notice.exits)
    assert {"1", "2", "9"} <= set(language.exits)
    assert [node.name for node in nodes.values() if node.secret] == ["status_pin"]
    assert builtin("hotline").secrets == {"pin"}
    assert [node.queue for node in nodes.values() if isinstance(node, ConnectNode)] == [
        "queue",
        "emergency_queue",
    ]
    assert [node.digits for node in nodes.values() if isinstance(node, InputNode)] == [8, 4]


def test_every_flow_file_is_loaded_here() -> None:
    assert {file.stem for file in BUILTIN.glob("*.yaml")} == {"hotline", "unknown"}
