"""Read a TwiML document the way Twilio does, and refuse what it would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree import ElementTree

from tests.twilio.grammar import HTTP, MESSAGING, NOT_PLAYED, RULES, SSML, VERBS, Rule
from tests.twilio.refusals import SCHEMA, Refused

LARGEST = 64 * 1024
"""Bytes of an answer: error 11750."""

CONTENT_TYPES = ("text/xml", "application/xml", "text/html")
"""What is read as TwiML (page "Twilio's Request to Your Application", data formats).

Plain text and audio would be spoken and played; ours never means that, so they are refused (12300).
"""


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """One verb or noun of a document that came from ``base``."""

    tag: str
    attrib: Mapping[str, str]
    text: str
    children: tuple[Element, ...]
    base: str

    @property
    def verb(self) -> str:
        return self.tag

    def get(self, name: str, default: str = "") -> str:
        return self.attrib.get(name, default)

    def number(self, name: str, default: int) -> int:
        return int(self.attrib.get(name, default))

    def url(self, name: str) -> str:
        """An attribute's URL, absolute; empty when there is none."""
        value = self.attrib.get(name)
        return urljoin(self.base, value) if value else ""

    @property
    def target(self) -> str:
        """The URL that is the element's text, absolute."""
        return urljoin(self.base, self.text)


def document(body: bytes, content_type: str, base: str) -> tuple[Element, ...]:
    """Give the verbs of a voice document; raises ``Refused``."""
    root = _root(body, content_type, base)
    for child in root:
        if child.tag not in VERBS | NOT_PLAYED:
            raise Refused(SCHEMA, f"<{child.tag}> is no verb of a call, in the document of {base}")
    return tuple(_element(child, RULES, base) for child in root)


class BeyondStandInError(AssertionError):
    """A verb that Twilio knows and no document of ours has: who begins to write it teaches it here first.

    Never handled like a refusal, not even with ``tolerates``: nothing would be known of what it does.
    """


def message_document(body: bytes, content_type: str, base: str) -> tuple[Element, ...]:
    """Give the verbs of the answer to a message; raises ``Refused``."""
    root = _root(body, content_type, base)
    for child in root:
        if child.tag not in {"Message", "Redirect"}:
            raise Refused(14110, f"<{child.tag}> does not answer a message, in the document of {base}")
    return tuple(_element(child, MESSAGING, base) for child in root)


def _root(body: bytes, content_type: str, base: str) -> ElementTree.Element:
    if len(body) > LARGEST:
        raise Refused(11750, f"{len(body)} bytes from {base}")
    if content_type.partition(";")[0].strip().lower() not in CONTENT_TYPES:
        raise Refused(12300, f"{content_type or 'no content type'} from {base}")
    if not body:
        raise Refused(11770, base)
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise Refused(12100, f"{error} in the document of {base}: {body[:200]!r}") from error
    if root.tag != "Response":
        raise Refused(12102, f"<{root.tag}> from {base}")
    _no_more(root, Rule(), base)
    _no_loose_text(root, base)
    return root


def _element(node: ElementTree.Element, rules: Mapping[str, Rule], base: str) -> Element:
    if node.tag in NOT_PLAYED and node.tag not in rules:
        raise BeyondStandInError(f"this stand-in does not play <{node.tag}> ({base})")
    rule = rules[node.tag]
    _no_more(node, rule, base)
    _nested(node, rule, base)
    text = _text(node, rule, base)
    children = () if rule.children == SSML else tuple(_element(child, rules, base) for child in node)
    element = Element(node.tag, dict(node.attrib), text, children, base)
    _together(element)
    return element


def _no_more(node: ElementTree.Element, rule: Rule, base: str) -> None:
    for name, value in node.attrib.items():
        known = rule.attributes.get(name)
        if known is None:
            raise Refused(SCHEMA, f"<{node.tag}> has no attribute {name}, in the document of {base}")
        if not known.fits(value):
            raise Refused(known.code, f'{name}="{value}" in <{node.tag}>, in the document of {base}')


def _nested(node: ElementTree.Element, rule: Rule, base: str) -> None:
    for child in node:
        if child.tag not in rule.children:
            raise Refused(
                rule.nesting, f"<{child.tag}> may not stand in <{node.tag}>, in the document of {base}"
            )


def _text(node: ElementTree.Element, rule: Rule, base: str) -> str:
    whole = "".join(node.itertext() if rule.children == SSML else [node.text or ""])
    text = whole.strip() if rule.lines else " ".join(whole.split())
    where = f"<{node.tag}> in the document of {base}"
    if rule.children != SSML:
        _no_loose_text(node, base, inside=rule.text == "none")
    if rule.text == "needed" and not text and not len(node):
        raise Refused(rule.too_short, f"nothing in {where}")
    if len(text) > rule.longest:
        raise Refused(rule.too_long, f"{len(text)} characters in {where}")
    return text


def _no_loose_text(node: ElementTree.Element, base: str, *, inside: bool = True) -> None:
    """Refuse text between elements, and in an element that takes none."""
    loose = [node.text] if inside else []
    for text in [*loose, *(child.tail for child in node)]:
        if text and text.strip():
            raise Refused(SCHEMA, f"text {text.strip()!r} in <{node.tag}>, in the document of {base}")


def _together(element: Element) -> None:
    """Check what one attribute or noun asks of the others."""
    match element.tag:
        case "Play" if not element.text and "digits" not in element.attrib:
            raise Refused(SCHEMA, f"<Play> of nothing, in the document of {element.base}")
        case "Play" | "Redirect" if element.text and not HTTP.match(element.target):
            raise Refused(SCHEMA, f"<{element.tag}> of {element.text}, in the document of {element.base}")
        case "Gather" if element.get("timeout") == "auto" and "speech" not in element.get("input"):
            raise Refused(13313, f"timeout=auto is for speech, in the document of {element.base}")
        case "Dial" if bool(element.text) == bool(element.children):
            raise Refused(13215, f"<Dial> wants one noun, in the document of {element.base}")
        case _:
            pass
