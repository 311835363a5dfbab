"""Finishing the report before it is signed: the manifest as an attachment, metadata, document language."""

from __future__ import annotations

from io import BytesIO

import pikepdf

from evidence.model import Moment

ATTACHMENT_NAME = "manifest.json"


def attach_manifest(pdf: bytes, manifest: bytes, *, manifest_sha256: str, created: Moment, tool: str) -> bytes:
    """``pdf`` with ``manifest`` embedded as ``manifest.json`` (ISO 32000-2, 7.11.4, relationship *Data*) and the
    manifest's digest in the document's keywords, as ``manifest-sha256:`` and 64 hexadecimal digits."""
    date = f"D:{created.at:%Y%m%d%H%M%S}Z"
    with pikepdf.open(BytesIO(pdf)) as document:
        attachment = pikepdf.AttachedFileSpec(
            document,
            manifest,
            description="",
            filename=ATTACHMENT_NAME,
            mime_type="application/json",
            creation_date=date,
            mod_date=date,
        )
        attachment.obj.AFRelationship = pikepdf.Name.Data
        document.attachments[ATTACHMENT_NAME] = attachment
        document.Root.AF = pikepdf.Array([attachment.obj])
        del document.docinfo["/Trapped"]
        if "/StructTreeRoot" in document.Root:
            for number, page in enumerate(document.pages):  # the parent tree knows the pages by these numbers
                page.obj.StructParents = number
                page.obj.Tabs = pikepdf.Name.S
        keywords = f"manifest-sha256:{manifest_sha256}"
        document.docinfo["/Keywords"] = keywords
        document.docinfo["/Producer"] = tool
        document.docinfo["/Creator"] = tool
        document.docinfo["/CreationDate"] = date
        document.docinfo["/ModDate"] = date
        with document.open_metadata(set_pikepdf_as_editor=False) as metadata:
            metadata.load_from_docinfo(document.docinfo)
            metadata["dc:language"] = [str(document.Root.Lang)]
        output = BytesIO()
        document.save(
            output, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable, linearize=False
        )
        return output.getvalue()
