"""Recognise what picture generators write about themselves. Runs in the child process.

Recognised by structure, not by a key's name alone. Names of models and of LoRA files are leads for an investigation:
they can be forged, and they are lost when a messenger compresses a picture again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

Finding = tuple[str, str, str]
"""Kind, value, reading; see :class:`evidence.model.ProvenanceFact`."""

MODEL_FILE = re.compile(r"[^\\/]*\.(safetensors|ckpt|pth?|gguf|onnx|bin|sft)$", re.I)
_EDITORS = re.compile(
    r"photoshop|lightroom|gimp|snapseed|picsart|pixelmator|affinity|paint\.net|canva|photoscape|facetune|meitu"
    r"|beautyplus|camera raw|capture one|darktable|luminar|vsco|b612|snow|ulike|krita|picasa|preview|photos",
    re.I,
)
_GENERATORS = re.compile(
    r"stable diffusion|midjourney|dall.?e|firefly|novelai|comfyui|invokeai|imagen|made with google ai", re.I
)
_LORA_TAG = re.compile(r"<(?:lora|lyco):([^:>]{1,120})")
_SETTING = re.compile(r"(?:^|, )([A-Z][\w ]{1,40}): (\"[^\"]*\"|[^,\n]*)")
_FACE_NODES = re.compile(r"reactor|face_?swap|swap_?face|instantid|inswapper|pulid|faceid|roop", re.I)
_MAX_NODES = 5000
_SETTINGS_SAID = {
    "Model": "generator.model", "Model hash": "generator.model_hash", "Version": "generator.version",
    "Seed": "generator.seed", "VAE": "generator.vae",
}  # fmt: skip


def of_texts(texts: list[tuple[str, str]]) -> Iterator[Finding]:
    """Findings in text chunks or comments (keyword, text)."""
    by_key: dict[str, str] = {}
    for key, text in texts:
        by_key.setdefault(key, text)
    yield from _comfy(by_key)
    for key in ("parameters", "comment", "UserComment", "Comment"):
        if key in by_key:
            yield from of_parameters(by_key[key])
    yield from _novelai(by_key)
    yield from _invoke(by_key)
    description = by_key.get("Description", "")
    if re.search(r"--(v|ar|niji|stylize|seed)\s", description) and "Job ID:" in description:
        yield "generator.name", "Midjourney", "lead"
    if re.search(r"\b(DALL.?E|Stable Diffusion|Midjourney|Firefly)\b", by_key.get("Software", "")):
        yield "generator.name", by_key["Software"], "lead"


def of_parameters(text: str) -> Iterator[Finding]:
    """The settings line of the Stable Diffusion web UI family, also as other programs imitate it."""
    data = _json(text)
    if isinstance(data, dict):
        yield from _settings_as_json(data)
        return
    if not ("Steps: " in text and ("Sampler: " in text or "Seed: " in text)):
        return
    yield "generator.name", "Stable Diffusion web UI", "lead"
    line = text[text.rindex("Steps: ") :]
    settings = {name: value.strip('"') for name, value in _SETTING.findall(line)}
    for name, kind in _SETTINGS_SAID.items():
        if settings.get(name):
            yield kind, settings[name], "lead"
    for name in dict.fromkeys(_LORA_TAG.findall(text)):
        yield "generator.lora", name, "lead"
    for name in re.findall(r"([^\s,:\"]{1,120}): [0-9a-f]{8,64}", settings.get("Lora hashes", "")):
        yield "generator.lora", name, "lead"
    for name, value in settings.items():
        if _FACE_NODES.search(name):
            yield "generator.face_tool", f"{name}: {value}", "lead"
    if "Denoising strength" in settings or "Mask blur" in settings or "Inpaint area" in settings:
        yield "generator.from_picture", settings.get("Denoising strength", ""), "lead"
    yield "generator.prompt_characters", str(len(text)), "lead"


def _settings_as_json(data: dict[str, object]) -> Iterator[Finding]:
    """Fooocus and SwarmUI write JSON in the same place."""
    inner = data.get("sui_image_params")
    if isinstance(inner, dict):
        yield "generator.name", "SwarmUI", "lead"
        data = inner
    elif "base_model" in data or "fooocus_scheme" in data or str(data.get("metadata_scheme", "")).lower() == "fooocus":
        yield "generator.name", "Fooocus", "lead"
    elif not {"model", "seed", "steps"} <= {key.casefold() for key in data}:
        return
    else:
        yield "generator.name", str(data.get("software", "unnamed generator")), "lead"
    for key, value in data.items():
        if isinstance(value, str) and key.casefold() in ("model", "base_model", "refiner_model"):
            yield "generator.model", value, "lead"
        elif "lora" in key.casefold():
            for name in value if isinstance(value, list) else [value]:
                yield "generator.lora", str(name[0] if isinstance(name, list) and name else name), "lead"


def _comfy(texts: dict[str, str]) -> Iterator[Finding]:
    """ComfyUI: ``prompt`` is the executed graph by node id, ``workflow`` the same as drawn on screen."""
    graph, drawn = _json(texts.get("prompt", "")), _json(texts.get("workflow", ""))
    nodes: list[tuple[str, dict[str, object]]] = []
    if isinstance(graph, dict):
        for node in list(graph.values())[:_MAX_NODES]:
            if isinstance(node, dict) and isinstance(node.get("class_type"), str):
                inputs = node.get("inputs")
                nodes.append((str(node["class_type"]), inputs if isinstance(inputs, dict) else {}))
    if isinstance(drawn, dict) and isinstance(drawn.get("nodes"), list):
        for node in drawn["nodes"][:_MAX_NODES]:
            if isinstance(node, dict) and isinstance(node.get("type"), str):
                values = node.get("widgets_values")
                listed = (
                    values if isinstance(values, list) else list(values.values()) if isinstance(values, dict) else []
                )
                nodes.append((str(node["type"]), {str(place): value for place, value in enumerate(listed)}))
    if not nodes:
        return
    yield "generator.name", "ComfyUI", "lead"
    said: set[Finding] = set()
    for finding in (found for kind, inputs in nodes for found in _comfy_node(kind, inputs)):
        if finding not in said:
            said.add(finding)
            yield finding


def _comfy_node(kind: str, inputs: dict[str, object]) -> Iterator[Finding]:
    if _FACE_NODES.search(kind):
        yield "generator.face_tool", kind, "lead"
    if kind in ("LoadImage", "LoadImageMask", "VAEEncodeForInpaint", "InpaintModelConditioning"):
        yield "generator.from_picture", kind, "lead"
    for key, value in inputs.items():
        if isinstance(value, dict) and isinstance(value.get("lora"), str):
            yield "generator.lora", value["lora"], "lead"
        if not isinstance(value, str):
            continue
        if MODEL_FILE.search(value) and len(value) < 300:
            is_lora = "lora" in key.casefold() or "lora" in kind.casefold()
            yield ("generator.lora" if is_lora else "generator.model"), value, "lead"
        for name in _LORA_TAG.findall(value):
            yield "generator.lora", name, "lead"
        if key == "text" and value:
            yield "generator.prompt_characters", str(len(value)), "lead"


def _novelai(texts: dict[str, str]) -> Iterator[Finding]:
    comment = _json(texts.get("Comment", ""))
    if texts.get("Software") == "NovelAI" or (isinstance(comment, dict) and {"steps", "sampler", "uc"} <= set(comment)):
        yield "generator.name", "NovelAI", "lead"
        if texts.get("Source"):
            yield "generator.model", texts["Source"], "lead"


def _invoke(texts: dict[str, str]) -> Iterator[Finding]:
    for key in ("invokeai_metadata", "sd-metadata"):
        data = _json(texts.get(key, ""))
        if isinstance(data, dict):
            yield "generator.name", "InvokeAI", "lead"
            model = data.get("model")
            name = model.get("name", model.get("model_name")) if isinstance(model, dict) else data.get("model_weights")
            if name:
                yield "generator.model", str(name), "lead"
            loras = data.get("loras")
            for lora in loras if isinstance(loras, list) else []:
                inner = lora.get("model", lora.get("lora")) if isinstance(lora, dict) else None
                if isinstance(inner, dict):
                    yield "generator.lora", str(inner.get("name", inner.get("model_name", ""))), "lead"
            return


def reading_of_software(value: str) -> str:
    """How to take the name of a program: a generator is a lead, an editor is no indication."""
    if _GENERATORS.search(value):
        return "lead"
    return "not_an_indication" if _EDITORS.search(value) else "context"


def _json(text: str) -> object:
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
