"""What was done to a picture, stated in its XMP so that other programs can read it.

``Iptc4xmpExt:DigitalSourceType`` takes a term of the IPTC vocabulary (https://cv.iptc.org/newscodes/digitalsourcetype);
model, version and settings stand beside it in a namespace of their own. What the XMP said before stays, except for what
is no longer true: orientation, sizes and thumbnails.
Source: ISO 16684-1:2019 (XMP), IPTC Photo Metadata Standard 2025.1.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.dom import minidom
from xml.parsers.expat import ExpatError

from ganvas.core.errors import SettingsError

__all__ = ["SOURCE_TYPES", "Provenance", "merged_xmp", "read_provenance"]

SOURCE_TYPES = ("algorithmicallyEnhanced", "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia")
_TERMS = "http://cv.iptc.org/newscodes/digitalsourcetype/"
# A picture that says one of these was made by a machine, at least in part; enhancing it does not make it less so.
_STRONGER = frozenset(
    {"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia", "compositeSynthetic"}
)
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_META = "adobe:ns:meta/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_TIFF = "http://ns.adobe.com/tiff/1.0/"
_EXIF = "http://ns.adobe.com/exif/1.0/"
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_NOTE = "http://ns.adobe.com/xmp/note/"
_OWN = "urn:ganvas:provenance:1.0/"
_MAX_BYTES = 16_000_000
_STALE = (
    (_TIFF, "Orientation"), (_TIFF, "ImageWidth"), (_TIFF, "ImageLength"), (_EXIF, "PixelXDimension"),
    (_EXIF, "PixelYDimension"), (_XMP, "Thumbnails"), (_NOTE, "HasExtendedXMP"),
)  # fmt: skip
_OWN_NAMES = ("Model", "Version", "Settings")


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """One step that a picture went through.

    Attributes:
        settings: JSON values.
        source_type: one of ``SOURCE_TYPES``.
    """

    model: str
    version: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    source_type: str = "algorithmicallyEnhanced"

    def __post_init__(self) -> None:
        if self.source_type not in SOURCE_TYPES:
            raise SettingsError(f"{self.source_type!r} is no source type: use one of {', '.join(SOURCE_TYPES)}.")


def merged_xmp(old: bytes | None, provenance: Provenance | None) -> tuple[bytes | None, str | None]:
    """Returns the new XMP packet (None: there is nothing to say) and a sentence where the old one was unusable."""
    document, note = _parse(old) if old else (None, None)
    if document is None:
        if provenance is None:
            return None, note
        document = _empty()
    rdf = document.getElementsByTagNameNS(_RDF, "RDF")[0]
    for space, name in _STALE:
        _remove(rdf, space, name)
    if provenance is not None:
        _add(document, rdf, provenance)
    assert document.documentElement is not None  # it holds the RDF element
    text = document.documentElement.toxml()
    packet = f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n{text}\n<?xpacket end="w"?>'
    return packet.encode("utf-8"), note


def read_provenance(xmp: bytes | None) -> Provenance | None:
    """Returns the last step that ganvas recorded, or None."""
    document, _ = _parse(xmp) if xmp else (None, None)
    if document is None:
        return None
    rdf = document.getElementsByTagNameNS(_RDF, "RDF")[0]
    found = {name: _value(rdf, _OWN, name) for name in _OWN_NAMES}
    term = (_value(rdf, _IPTC, "DigitalSourceType") or "").rpartition("/")[2]
    if not found["Model"]:
        return None
    try:
        settings = json.loads(found["Settings"] or "{}")
    except (ValueError, RecursionError):
        settings = {}
    return Provenance(
        model=found["Model"],
        version=found["Version"] or "",
        settings=settings if isinstance(settings, dict) else {},
        source_type=term if term in SOURCE_TYPES else SOURCE_TYPES[0],
    )


def _parse(data: bytes) -> tuple[minidom.Document | None, str | None]:
    """The document, or a sentence why not. A document type is refused: entities can grow without bound."""
    damaged = "The XMP metadata of the input is damaged and is left out."
    if len(data) > _MAX_BYTES:
        return None, damaged
    marks = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    try:
        text = data.decode(marks.get(data[:2], "utf-8-sig")).strip("\0 \r\n\t")
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            return None, damaged
        document = minidom.parseString(text.encode("utf-8"))
        found = document.getElementsByTagNameNS(_RDF, "RDF")
        document.toxml()
    except (ExpatError, UnicodeError, ValueError, RecursionError, AttributeError):
        return None, damaged
    if not found:
        return None, damaged
    return document, None


def _empty() -> minidom.Document:
    return minidom.parseString(f'<x:xmpmeta xmlns:x="{_META}"><rdf:RDF xmlns:rdf="{_RDF}"></rdf:RDF></x:xmpmeta>')


def _descriptions(rdf: minidom.Element) -> list[minidom.Element]:
    return [
        node
        for node in rdf.childNodes
        if node.nodeType == node.ELEMENT_NODE and (node.namespaceURI, node.localName) == (_RDF, "Description")
    ]


def _properties(node: minidom.Element, space: str, name: str) -> list[minidom.Element]:
    return [
        child
        for child in node.childNodes
        if child.nodeType == child.ELEMENT_NODE and (child.namespaceURI, child.localName) == (space, name)
    ]


def _remove(rdf: minidom.Element, space: str, name: str) -> None:
    """A property may be an attribute or a child of any description."""
    for node in _descriptions(rdf):
        if node.hasAttributeNS(space, name):
            node.removeAttributeNS(space, name)
        for child in _properties(node, space, name):
            node.removeChild(child).unlink()


def _value(rdf: minidom.Element, space: str, name: str) -> str | None:
    for node in _descriptions(rdf):
        if node.hasAttributeNS(space, name):
            return node.getAttributeNS(space, name)
        for child in _properties(node, space, name):
            if child.hasAttributeNS(_RDF, "resource"):
                return child.getAttributeNS(_RDF, "resource")
            return "".join(t.data for t in child.childNodes if t.nodeType in (t.TEXT_NODE, t.CDATA_SECTION_NODE))
    return None


def _add(document: minidom.Document, rdf: minidom.Element, provenance: Provenance) -> None:
    about = next((n.getAttributeNS(_RDF, "about") for n in _descriptions(rdf)), "")
    before = (_value(rdf, _IPTC, "DigitalSourceType") or "").strip().rpartition("/")[2]
    term = provenance.source_type
    if term == "algorithmicallyEnhanced" and before in _STRONGER:
        term = before
    earlier = _steps(rdf)
    _remove(rdf, _IPTC, "DigitalSourceType")
    for name in (*_OWN_NAMES, "Steps"):
        _remove(rdf, _OWN, name)
    settings = json.dumps(dict(provenance.settings), sort_keys=True, default=str)
    step = {"model": provenance.model, "version": provenance.version, "settings": json.loads(settings)}
    node = document.createElementNS(_RDF, "rdf:Description")
    node.setAttribute("xmlns:rdf", _RDF)
    node.setAttributeNS(_RDF, "rdf:about", about)
    fields = [
        (_IPTC, "Iptc4xmpExt", "DigitalSourceType", _TERMS + term),
        (_OWN, "ganvas", "Model", provenance.model),
        (_OWN, "ganvas", "Version", provenance.version),
        (_OWN, "ganvas", "Settings", settings),
    ]
    if _value(rdf, _XMP, "CreatorTool") is None:
        fields.append((_XMP, "xmp", "CreatorTool", f"ganvas {provenance.version}"))
    for space, prefix, name, text in fields:
        node.setAttribute(f"xmlns:{prefix}", space)
        node.appendChild(_element(document, space, f"{prefix}:{name}", _clean(text)))
    steps = document.createElementNS(_OWN, "ganvas:Steps")
    sequence = document.createElementNS(_RDF, "rdf:Seq")
    for text in [*earlier, json.dumps(step, sort_keys=True)]:
        sequence.appendChild(_element(document, _RDF, "rdf:li", _clean(text)))
    steps.appendChild(sequence)
    node.appendChild(steps)
    rdf.appendChild(node)


def _steps(rdf: minidom.Element) -> list[str]:
    """What earlier runs of ganvas recorded, oldest first; at most the last hundred."""
    found = [p for node in _descriptions(rdf) for p in _properties(node, _OWN, "Steps")]
    items = [li for p in found for li in p.getElementsByTagNameNS(_RDF, "li")]
    return ["".join(t.data for t in li.childNodes if t.nodeType == t.TEXT_NODE) for li in items][-99:]


def _element(document: minidom.Document, space: str, name: str, text: str) -> minidom.Element:
    element = document.createElementNS(space, name)
    element.appendChild(document.createTextNode(text))
    return element


def _clean(text: str) -> str:
    """XML knows no control characters and no lone surrogates."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(c for c in text if c in "\t\n\r" or (ord(c) >= 32 and c not in "\ufffe\uffff"))
