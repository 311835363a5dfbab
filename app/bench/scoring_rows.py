"""What ``bench scoring`` says: rows for people, a document for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from app.bench.rows import Bench
from app.bench.scoring import FacesResult
from evidence.scoring.controls import MAX_CONTROL

Figure = dict[str, object]


def table(result: FacesResult) -> Bench:
    """The figures as rows; the best peer beside each area. Averages only when the controls allow a headline."""
    bench, report = Bench("scoring"), result.report
    _areas(bench, result)
    for source in report.sources:
        told = "false alarms at" if source["label"] == "real" else "fakes above"
        what = f"{source['pack']}, {source['condition']}, {source['label']} {source['source']}: {told} the threshold"
        spread = f"95 % {source['low']} to {source['high']}, {source['scored']} of {source['pictures']} scored"
        most = 0.03 if source["label"] == "real" else None
        bench.alone(f"{what}, {spread}", ours=_number(source["above_threshold"]), unit="share", at_most=most)
    _films(bench, result)
    first = next((each["condition"] for each in report.quality), None)
    for quality in report.quality:
        _quality(bench, quality, with_bins=quality["condition"] == first)
    for each in report.direction:
        what = f"{each['pack']}: real pictures that rise when manipulated ({each['manipulation']})"
        spread = f"95 % {each['low']} to {each['high']}, {each['pairs']} pairs"
        bench.alone(f"{what}, {spread}", ours=_number(each["share_higher"]), unit="share")
    for each in report.robustness:
        what = f"{each['pack']}, {each['condition']}: change of the mean matched area"
        bench.alone(what, ours=_number(each["change"]), unit="AUC")
    for each in report.by_face_size:
        _face_size(bench, each)
    for each in report.by_group:
        what = f"{each['pack']}, {each['label']} {each['source']}, counted by person or clip: above the threshold"
        spread = f"95 % {each['low']} to {each['high']}, {each['groups']} with three pictures or more"
        bench.alone(f"{what}, {spread}", ours=_number(each["above_threshold"]), unit="share")
    for each in report.by_person:
        what = f"{each['pack']}, {each['trait']} {each['value']}, {each['label']}: above the threshold"
        bench.alone(f"{what}, {each['scored']} scored", ours=_number(each["above_threshold"]), unit="share")
    for each in report.leads:
        told = "false hits" if each["label"] == "real" else "hits"
        what = f"generator named in the file, {each['label']} {each['source']}: {told} of {each['pictures']}"
        bench.alone(what, ours=_number(each["with_leads"]), unit="files")
    for suite, cases in result.suites.items():
        right = sum(case.is_right for case in cases)
        wrong = ", ".join(f"{case.name} gave {case.found}" for case in cases if not case.is_right)
        what = f"{suite} suite: right answers of {len(cases)}" + (f" (wrong: {wrong})" if wrong else "")
        bench.alone(what, ours=right, unit="files", at_least=len(cases))
    for name, area in report.controls.items():
        bench.alone(f"control: {name}", ours=area, unit="AUC", at_most=MAX_CONTROL)
    _summary(bench, result)
    _speed(bench, result)
    return bench


def _areas(bench: Bench, result: FacesResult) -> None:
    theirs: dict[tuple[object, ...], list[tuple[float, str]]] = {}
    for pair in result.report.pairs:
        if pair["pack"] in result.peers:
            areas = theirs.setdefault((pair["condition"], pair["real"], pair["fake"]), [])
            areas.append((_number(pair["auc"]), str(pair["pack"])))
    # Of the crossed pairs, the document alone tells more than the first condition.
    first = next((pair["condition"] for pair in result.report.pairs), None)
    kept = [pair for pair in _ours(result, result.report.pairs) if pair["is_matched"] or pair["condition"] == first]
    for pair in sorted(kept, key=lambda each: not each["is_matched"]):
        kind = "" if pair["is_matched"] else " (crossed: sources differ, too)"
        who = f"{pair['pack']}, {pair['condition']}, real {pair['real']} / fake {pair['fake']}{kind}"
        what = f"{who}: area, 95 % {pair['low']} to {pair['high']} by person"
        if best := max(theirs.get((pair["condition"], pair["real"], pair["fake"]), []), default=None):
            bench.versus(what, ours=_number(pair["auc"]), peer=best[0], peer_name=best[1], unit="AUC")
        else:
            bench.alone(what, ours=_number(pair["auc"]), unit="AUC")
        if pair["is_matched"]:
            for share in (1, 5):
                what = f"{who}: fakes found at {share} % false alarms"
                bench.alone(what, ours=_number(pair[f"tpr_at_fpr{share}"]), unit="share")
    for each in result.report.versus:
        what = f"{each['pack']} less {each['peer']}, real {each['real']} / fake {each['fake']}"
        bench.alone(f"{what}, 95 % {each['low']} to {each['high']}", ours=_number(each["gain"]), unit="AUC")


def _films(bench: Bench, result: FacesResult) -> None:
    """Each film is one sample."""
    for pair in sorted(_ours(result, result.report.film_pairs), key=lambda each: not each["is_matched"]):
        kind = "" if pair["is_matched"] else " (crossed: sources differ, too)"
        what = f"{pair['pack']}, films, real {pair['real']} / fake {pair['fake']}{kind}: area, 95 % {pair['low']}"
        sizes = f"{pair['reals']} and {pair['fakes']} films"
        bench.alone(f"{what} to {pair['high']} by person, {sizes}", ours=_number(pair["auc"]), unit="AUC")
    for source in result.report.film_sources:
        told = "false alarms at" if source["label"] == "real" else "fakes above"
        what = f"{source['pack']}, films, {source['label']} {source['source']}: {told} the threshold"
        spread = f"95 % {source['low']} to {source['high']}, {source['scored']} of {source['pictures']} films scored"
        most = 0.03 if source["label"] == "real" else None
        bench.alone(f"{what}, {spread}", ours=_number(source["above_threshold"]), unit="share", at_most=most)
        if source.get("frames_above") is not None:
            bench.alone(f"{what}, of its single frames", ours=_number(source["frames_above"]), unit="share")


def _quality(bench: Bench, quality: Figure, *, with_bins: bool) -> None:
    who = f"{quality['pack']}, {quality['condition']}"
    bench.alone(f"{who}: inconclusive", ours=_number(quality["share_inconclusive"]), unit="share")
    for key, what in (
        ("accuracy_of_decided", "right among the decided"),
        ("brier", "Brier score of the calibrated score, labels even"),
        ("log_loss", "log-loss of the calibrated score, labels even"),
        ("calibration_error", "calibration error, labels even"),
    ):
        if quality[key] is not None:
            bench.alone(f"{who}: {what}", ours=_number(quality[key]), unit="nats" if key == "log_loss" else "share")
    bins: Any = quality["reliability"] if with_bins else []
    for each in bins:
        counted = f"{each['reals']} reals, {each['fakes']} fakes"
        what = f"{who}: fakes where {each['promised']:.2f} was promised ({counted})"
        bench.alone(what, ours=_number(each["found"]), unit="share")
    if pairs := _number(quality["pairs"]):
        share = _number(quality["pairs_higher"]) / pairs
        bench.alone(f"{who}: fakes above their own original, of {pairs:.0f}", ours=share, unit="share")


def _face_size(bench: Bench, each: Figure) -> None:
    below = each["below_px"]
    bounds = f"{each['from_px']} px or more" if below is None else f"{each['from_px']} to {below} px"
    who = f"{each['pack']}, faces of {bounds}"
    if each["macro_auc"] is not None:
        bench.alone(f"{who}: mean matched area", ours=_number(each["macro_auc"]), unit="AUC")
    for key, what, count in (("false_positives", "false alarms", "reals"), ("true_positives", "fakes found", "fakes")):
        share: Any = each[key]
        if each[count]:
            bench.alone(f"{who}: {what}, of {each[count]}", ours=_number(share["above_threshold"]), unit="share")


def _summary(bench: Bench, result: FacesResult) -> None:
    for summary in _ours(result, result.report.summary):
        who = f"{summary['pack']}, {summary['condition']}"
        if result.report.headline_allowed and summary["macro_auc"] is not None:
            bench.alone(f"{who}: macro average of the matched pairs", ours=_number(summary["macro_auc"]), unit="AUC")
            bench.alone(f"{who}: worst matched pair", ours=_number(summary["worst_auc"]), unit="AUC")
        what = f"{who}: pooled area (a warning, not a result: it recognises sources)"
        bench.alone(what, ours=_number(summary["pooled_auc_warning"]), unit="AUC")


def _speed(bench: Bench, result: FacesResult) -> None:
    report = result.report
    if report.ms_per_face:
        bench.alone(f"time for {len(report.packs)} detectors", ours=report.ms_per_face, unit="ms/face")
    for step, ms in report.ms_by_step.items():
        bench.alone(f"of which, by picture: {step}", ours=ms, unit="ms")
    goals = {name: 100.0 for name in result.speed if name.endswith("after_decoding_ms")} | {
        "minute_of_video_ms": 5000.0
    }
    for name, value in result.speed.items():
        words, _, unit = name.rpartition("_")
        bench.alone(words.replace("_", " "), ours=value, unit=unit.replace("mib", "MiB"), at_most=goals.get(name))


def document(result: FacesResult) -> dict[str, Any]:
    """The whole for ``--json``; ``summary`` is ``null`` when a control forbids a headline."""
    report = asdict(result.report)
    if not result.report.headline_allowed:
        report["summary"] = None
    machine = table(result).document()["machine"]
    suites = {name: [asdict(case) for case in cases] for name, cases in result.suites.items()}
    return {"name": "scoring", "machine": machine, "peers": list(result.peers), "trained_on": result.trained_on,
            "set_sha256": result.set_sha256, "versions": result.versions, "suites": suites, "speed": result.speed,
            **report}  # fmt: skip


def _ours(result: FacesResult, rows: Sequence[Figure]) -> list[Figure]:
    return [row for row in rows if row["pack"] not in result.peers]


def _number(value: object) -> float:
    return float(str(value))
