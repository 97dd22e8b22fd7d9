"""The statement in the XMP packet: there, true, and beside what stood before."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganvas.core.errors import SettingsError
from ganvas.io.provenance import SOURCE_TYPES, Provenance, merged_xmp, read_provenance

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_TYPE = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
_URI = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_STEP = Provenance(model="denoise", version="1.2", settings={"strength": 0.5, "tile": 0})


def _packet(inner: str, attributes: str = "") -> bytes:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="uuid:1" '
        'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/" '
        f'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" {attributes}>{inner}</rdf:Description>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def _types(xmp: bytes) -> list[str]:
    root = ET.fromstring(xmp)
    return [e.text for e in root.iter(_TYPE)] + [e.get(_TYPE) for e in root.iter() if e.get(_TYPE)]


@pytest.mark.parametrize("kind", SOURCE_TYPES)
def test_a_new_packet(kind: str) -> None:
    step = Provenance(model="m", version="1", settings={}, source_type=kind)
    xmp, note = merged_xmp(None, step)
    assert note is None and _types(xmp) == [_URI + kind]
    assert read_provenance(xmp) == step


def test_what_stood_before_stays() -> None:
    inner = "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>Größe &amp; &lt;Licht&gt;</rdf:li></rdf:Alt></dc:title>"
    old = _packet(inner, 'xmp:CreatorTool="Camera 1.0" xmp:Rating="5"')
    xmp, _ = merged_xmp(old, _STEP)
    text = xmp.decode()
    assert "Größe &amp; &lt;Licht&gt;" in text and 'xmp:Rating="5"' in text and "Camera 1.0" in text
    assert read_provenance(xmp) == _STEP
    abouts = {e.get(_RDF + "about") for e in ET.fromstring(xmp).iter(_RDF + "Description")}
    assert abouts == {"uuid:1"}


@pytest.mark.parametrize("form", ["attribute", "element"])
def test_what_is_no_longer_true_goes(form: str) -> None:
    stale = {"tiff:Orientation": "6", "tiff:ImageWidth": "83", "exif:PixelXDimension": "83"}
    if form == "attribute":
        old = _packet("", " ".join(f'{k}="{v}"' for k, v in stale.items()) + ' tiff:Make="Maker"')
    else:
        old = _packet("".join(f"<{k}>{v}</{k}>" for k, v in stale.items()) + "<tiff:Make>Maker</tiff:Make>")
    for step in (_STEP, None):
        text = merged_xmp(old, step)[0].decode()
        assert "Maker" in text and not any(name in text for name in ("Orientation", "ImageWidth", "PixelX"))


@pytest.mark.parametrize("form", ["attribute", "element"])
def test_the_source_type_is_replaced_not_doubled(form: str) -> None:
    term = _URI + "digitalCapture"
    name = "Iptc4xmpExt:DigitalSourceType"
    old = _packet("", f'{name}="{term}"') if form == "attribute" else _packet(f"<{name}>{term}</{name}>")
    assert _types(merged_xmp(old, _STEP)[0]) == [_URI + "algorithmicallyEnhanced"]


@pytest.mark.parametrize("before", ["trainedAlgorithmicMedia", "compositeSynthetic"])
def test_a_made_picture_stays_declared_as_made(before: str) -> None:
    old = _packet(f"<Iptc4xmpExt:DigitalSourceType>{_URI}{before}</Iptc4xmpExt:DigitalSourceType>")
    assert _types(merged_xmp(old, _STEP)[0]) == [_URI + before]


def test_steps_add_up() -> None:
    once, _ = merged_xmp(None, _STEP)
    second = Provenance(model="upscale-x4", version="1.2", settings={"scale": 4})
    twice, _ = merged_xmp(once, second)
    assert read_provenance(twice) == second and len(_types(twice)) == 1
    items = [e.text for e in ET.fromstring(twice).iter(_RDF + "li")]
    assert len(items) == 2 and "denoise" in items[0] and "upscale-x4" in items[1]


@pytest.mark.parametrize(
    "old",
    [
        b"rubbish",
        b"<a/>",
        b"\xff\xfe<",
        _packet("")[:-80],
        b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]>' + _packet("<dc:title>&y;</dc:title>"),
        _packet("<dc:a>" * 3000 + "</dc:a>" * 3000),
    ],
)
def test_unusable_packets_are_replaced_and_said(old: bytes) -> None:
    xmp, note = merged_xmp(old, _STEP)
    assert note is not None and read_provenance(xmp) == _STEP
    assert merged_xmp(old, None)[0] is None
    assert read_provenance(old) is None


def test_other_encodings() -> None:
    assert merged_xmp(_packet("").decode().encode("utf-16"), _STEP)[1] is None


@given(model=st.text(min_size=1), key=st.text(), value=st.text() | st.integers() | st.floats(allow_nan=False))
def test_any_text_gives_sound_xml(model: str, key: str, value: object) -> None:
    xmp, _ = merged_xmp(None, Provenance(model=model, version="1", settings={key: value}))
    ET.fromstring(xmp)
    again, note = merged_xmp(xmp, _STEP)
    assert note is None and read_provenance(again) == _STEP


def test_unknown_source_types_are_refused() -> None:
    with pytest.raises(SettingsError, match="algorithmicallyEnhanced"):
        Provenance(model="m", version="1", settings={}, source_type="magic")
