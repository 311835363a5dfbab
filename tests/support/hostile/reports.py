"""Reports changed after signing, signatures wrapped and forged, and reports whose words disagree with the manifest.

The attacks are those published as *incremental saving*, *shadow attacks*, *signature wrapping* and *universal
signature forgery*; here against our own reports. The bag was made again each time, so that only the signature can tell.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pikepdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.embed import EmbeddedFileObject, FileSpec, embed_file
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from support.hostile.cases import ALL_YES, NO, NOT_YES, YES, Case, Workshop, as_zip
from support.sample_package import close_bag, pyhanko_signer, report_pdf, sign_pdf

from evidence.manifest import MANIFEST, REPORT

Name = generic.NameObject


def cases(shop: Workshop, rng: random.Random, count: int) -> Iterator[Case]:
    """All named cases, then ``count`` flipped bytes in the report, under a bag that was made again."""
    yield from _changed(shop)
    yield from _disagreeing(shop)
    yield from _flips(shop, rng, count)


def _changed(shop: Workshop) -> Iterator[Case]:
    signed = shop.files[REPORT]
    world = shop.world
    unsigned = report_pdf(["Report"], shop.files[MANIFEST])
    made: dict[str, Callable[[], bytes | None]] = {
        "missing": lambda: None,
        "empty": lambda: b"",
        "not-a-pdf": lambda: b"MZ" * 500,
        "only-header": lambda: b"%PDF-1.7\n%%EOF\n",
        "unsigned": lambda: unsigned,
        "first-revision": lambda: signed[: signed.index(b"%%EOF") + 6],
        "other-report": lambda: sign_pdf(report_pdf(["Other"], None), world.stranger),
        "sha1": lambda: sign_pdf(unsigned, world.signer, "sha1"),
        "appended-junk": lambda: signed + b"\n% more\n",
        "appended-eof": lambda: signed + b"%%EOF\n",
        "prepended-junk": lambda: b"junk\n" + signed,
        "truncated": lambda: signed[:-200],
        "page-without-a-type": lambda: signed.replace(b"/Type /Page\n", b"/Kype /Page\n", 1),
        "new-page-content": lambda: _updated(signed, _draw_on_page),
        "new-attachment": lambda: _updated(signed, _attach),
        "new-root-key": lambda: _updated(signed, lambda writer: _root(writer).update({Name("/Evil"): Name("/Yes")})),
        "new-script": lambda: _updated(signed, _script),
        "new-annotation": lambda: _updated(signed, _annotate),
        "shadow-hide": lambda: _updated(signed, _replace_pages),
        "shadow-replace-info": lambda: _updated(signed, _replace_info),
        "second-signature": lambda: _signed_again(signed, world.stranger),
        "second-signature-same-key": lambda: _signed_again(signed, world.signer),
        "byte-range-short": lambda: _byte_range(signed, lambda r: [r[0], r[1], r[2], r[3] - 50]),
        "byte-range-wide-hole": lambda: _byte_range(signed, lambda r: [r[0], r[1] - 40, r[2], r[3]]),
        "byte-range-start": lambda: _byte_range(signed, lambda r: [10, r[1] - 10, r[2], r[3]]),
        "byte-range-zero": lambda: _byte_range(signed, lambda _r: [0, 0, 0, 0]),
        "byte-range-negative": lambda: _byte_range(signed, lambda r: [0, -1, r[2], r[3]]),
        "byte-range-huge": lambda: _byte_range(signed, lambda r: [0, r[1], r[2], 10**9]),
        "byte-range-gone": lambda: signed.replace(b"/ByteRange", b"/ByteRangX"),
        "contents-gone": lambda: signed.replace(b"/Contents <", b"/Contentz <"),
        "contents-zero": lambda: _contents(signed, lambda data: b"0" * len(data)),
        "content-type-other": lambda: _contents(
            signed, lambda data: data.replace(b"2A864886F70D010701", b"2A864886F70D010703", 1)
        ),
        "contents-null": lambda: _contents(signed, lambda data: b"30820000" + b"0" * (len(data) - 8)),
        "contents-hidden-tail": lambda: _contents(signed, lambda data: data[:-8] + b"deadbeef"),
        "contents-not-hex": lambda: _contents(signed, lambda data: b"zz" + data[2:]),
        "subfilter-other": lambda: signed.replace(b"/ETSI.CAdES.detached", b"/ETSI.CAdES.detachXX"),
        "subfilter-gone": lambda: signed.replace(b"/SubFilter", b"/SubFiltXX"),
        "signature-moved": lambda: _wrapped(signed),
        "xref-zero": lambda: re.sub(rb"startxref\n\d+", b"startxref\n0", signed),
        "xref-loop": lambda: signed.replace(b"/Prev ", b"/Prev 1"),
        "encrypted": lambda: _encrypted(unsigned),
        "stream-bomb": lambda: sign_pdf(_bomb(unsigned), world.stranger),
        "deep-array": lambda: unsigned.replace(b"%%EOF", b"1 0 obj " + b"[" * 50_000 + b" endobj %%EOF"),
        "many-pages-loop": lambda: _looping_pages(unsigned),
    }
    for label, make in made.items():
        data = make()
        assert data != signed, label
        files = shop.copy({REPORT: data})
        close_bag(files)
        expected = ALL_YES | {"complete": NO, "signed": NO, "report": NOT_YES}
        yield Case("report", label, as_zip(files), expected, damaged=REPORT)


def _disagreeing(shop: Workshop) -> Iterator[Case]:
    """Signed by the right key, so that signatures hold, but the report is about something else."""
    other = shop.files[MANIFEST].replace(b"Sample", b"Simple", 1)

    def drop(part: str) -> Callable[[list[str]], None]:
        def edit(lines: list[str]) -> None:
            lines[:] = [line for line in lines if part not in line]

        return edit

    def lie(lines: list[str]) -> None:
        lines[:] = [re.sub(r"( [0-9a-f]{4}){16}", " 0000" * 16, line) if "chat" in line else line for line in lines]

    recipes: dict[str, Any] = {
        "other-manifest-attached": shop.recipe.with_(attachment=other),
        "empty-attachment": shop.recipe.with_(attachment=b""),
        "digest-not-printed": shop.recipe.with_(edit_report=drop("Manifest")),
        "original-not-printed": shop.recipe.with_(edit_report=drop("chat.png")),
        "original-with-other-digest": shop.recipe.with_(edit_report=lie),
        "nothing-printed": shop.recipe.with_(edit_report=lambda lines: lines.clear()),
    }
    for label, recipe in recipes.items():
        yield Case("report-words", label, as_zip(recipe.build()), ALL_YES | {"report": NO})
    no_attachment = shop.copy()
    lines = ["Report"]
    no_attachment[REPORT] = sign_pdf(report_pdf(lines, None), shop.world.signer)
    close_bag(no_attachment)
    yield Case("report-words", "no-attachment", as_zip(no_attachment), ALL_YES | {"report": NO})
    foreign = shop.recipe.with_(originals={"A-01": [("chat.png", b"another case")]}).build()
    swapped = shop.copy({REPORT: foreign[REPORT]})
    close_bag(swapped)
    yield Case("report-words", "of-another-package", as_zip(swapped), ALL_YES | {"report": NO})
    yield Case("report-words", "right", as_zip(shop.recipe.build()), ALL_YES)


def _flips(shop: Workshop, rng: random.Random, count: int) -> Iterator[Case]:
    signed = shop.files[REPORT]
    first = signed.index(b"/Contents <") + 11
    last = signed.index(b">", first)
    for number in range(count):
        position = rng.randrange(len(signed))
        data = signed[:position] + bytes([signed[position] ^ (1 << rng.randrange(8))]) + signed[position + 1 :]
        files = shop.copy({REPORT: data})
        close_bag(files)
        # Inside the signature some bits mean nothing (a digit's case, a certificate that nobody asked for).
        answer = NO if not first <= position < last else NO + YES + ("cannot_tell",)
        expected = {"signed": answer, "complete": answer, "origin": ("cannot_tell",)}
        yield Case("report-flip", f"{number:05d}-{position}", as_zip(files), expected)


def _updated(pdf: bytes, edit: Callable[[IncrementalPdfFileWriter], Any]) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    edit(writer)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def _root(writer: IncrementalPdfFileWriter) -> Any:
    writer.update_root()
    return writer.root


def _page(writer: IncrementalPdfFileWriter) -> Any:
    page = writer.find_page_for_modification(0)[0].get_object()
    writer.mark_update(page.container_ref)
    return page


def _draw_on_page(writer: IncrementalPdfFileWriter) -> None:
    writer.add_stream_to_page(0, writer.add_object(generic.StreamObject(stream_data=b"0 0 600 800 re f")))


def _attach(writer: IncrementalPdfFileWriter) -> None:
    file = EmbeddedFileObject.from_file_data(writer, b"evil", mime_type="text/plain")
    embed_file(writer, FileSpec(file_spec_string="manifest.json", embedded_data=file))


def _script(writer: IncrementalPdfFileWriter) -> None:
    action = {Name("/S"): Name("/JavaScript"), Name("/JS"): generic.pdf_string("app.alert(1)")}
    _root(writer)[Name("/OpenAction")] = generic.DictionaryObject(action)


def _annotate(writer: IncrementalPdfFileWriter) -> None:
    box = generic.ArrayObject([generic.NumberObject(value) for value in (0, 0, 600, 800)])
    note = generic.DictionaryObject({
        Name("/Type"): Name("/Annot"), Name("/Subtype"): Name("/FreeText"), Name("/Rect"): box,
        Name("/Contents"): generic.pdf_string("Other words"), Name("/DA"): generic.pdf_string("/Helv 12 Tf"),
    })  # fmt: skip
    writer.register_annotation(writer.find_page_for_modification(0)[0], writer.add_object(note))


def _replace_pages(writer: IncrementalPdfFileWriter) -> None:
    page = _page(writer)
    content = RawContent(b"BT /F1 12 Tf 50 700 Td (Other words) Tj ET")
    page[Name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=content.render()))


def _replace_info(writer: IncrementalPdfFileWriter) -> None:
    title = generic.DictionaryObject({Name("/Title"): generic.pdf_string("Other")})
    writer.set_info(writer.add_object(title))


def _signed_again(pdf: bytes, signer: Any) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    output = BytesIO()
    metadata = signers.PdfSignatureMetadata(
        field_name="Signature2", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    try:
        signers.PdfSigner(metadata, signer=pyhanko_signer(signer)).sign_pdf(writer, output=output)
    except Exception:
        loose = pdf.replace(b"/DocMDP", b"/DocMDX")
        writer = IncrementalPdfFileWriter(BytesIO(loose))
        output = BytesIO()
        signers.PdfSigner(metadata, signer=pyhanko_signer(signer)).sign_pdf(writer, output=output)
    return output.getvalue()


def _byte_range(pdf: bytes, change: Callable[[list[int]], list[int]]) -> bytes:
    match = re.search(rb"/ByteRange \[([\d ]+)\](\s*)", pdf)
    assert match is not None
    numbers = change([int(part) for part in match[1].split()])
    text = b"/ByteRange [" + " ".join(map(str, numbers)).encode() + b"]"
    return pdf[: match.start()] + text.ljust(len(match[0])) + pdf[match.end() :]


def _contents(pdf: bytes, change: Callable[[bytes], bytes]) -> bytes:
    start = pdf.index(b"/Contents <") + 11
    end = pdf.index(b">", start)
    return pdf[:start] + change(pdf[start:end]) + pdf[end:]


def _wrapped(pdf: bytes) -> bytes:
    """The signed second part is moved behind malicious objects, and the range is told to follow it there."""
    match = re.search(rb"/ByteRange \[([\d ]+)\]", pdf)
    assert match is not None
    first, length, second, rest = (int(part) for part in match[1].split())
    evil = b"\n99 0 obj <</Evil true>> endobj\n"
    moved = pdf[:second] + evil + pdf[second : second + rest]
    return _byte_range(moved, lambda _r: [first, length, second + len(evil), rest])


def _encrypted(pdf: bytes) -> bytes:
    output = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        document.save(output, encryption=pikepdf.Encryption(owner="x", user="y"))
    return output.getvalue()


def _bomb(pdf: bytes) -> bytes:
    output = BytesIO()
    packed = zlib.compress(zlib.compress(bytes(60 << 20), 9), 9)
    with pikepdf.open(BytesIO(pdf)) as document:
        stream = pikepdf.Stream(document, packed)
        stream.Filter = pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode])
        document.pages[0].Contents = document.make_indirect(stream)
        document.save(output, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return output.getvalue()


def _looping_pages(pdf: bytes) -> bytes:
    output = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        document.Root.Pages.Kids.append(document.Root.Pages)
        document.save(output)
    return output.getvalue()
