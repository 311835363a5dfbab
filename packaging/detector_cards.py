"""The measured part of a detector's card, as Markdown, from the figures of the benchmark."""

from __future__ import annotations

from dataclasses import replace

from evidence.model import ErrorRates
from evidence.scoring.bench import evaluate
from evidence.scoring.measuring import Measured
from evidence.scoring.packs import Calibration, Pack, SourceRate


def tables_of(
    rows: list[Measured], pack: Pack, peers: list[Pack], calibration: dict[str, object], log: list[dict[str, object]],
    set_name: str, unseen: list[list[object]],
) -> str:  # fmt: skip
    """The measured part of the card. Nothing in it is written by hand."""
    shipped = Pack(replace(pack.facts, calibration=as_calibration(calibration)), pack.folder)
    report = evaluate(rows, [shipped], set_name, peers=peers)
    own = [p for p in report.pairs if p["pack"] == pack.facts.id]
    pairs = [["yes" if p["is_matched"] else "no", p["condition"], p["real"], p["fake"], p["auc"],
              f"{p['low']}–{p['high']}", p["tpr_at_fpr1"], p["tpr_at_fpr5"], p["reals"], p["fakes"]] for p in own
             ]  # fmt: skip
    pairs.sort(key=lambda line: line[0] == "no")
    rates = [[s["source"], "yes" if s["was_in_training"] else "no", s["faces"], s["false_positive"],
              f"{s['false_positive_low']}–{s['false_positive_high']}"] for s in calibration["sources"]]  # fmt: skip
    ours = {(p["real"], p["fake"]): p for p in own if p["condition"] == "clean"}
    versus = [
        [p["pack"], p["real"], p["fake"], p["auc"], f"{p['low']}–{p['high']}", ours[p["real"], p["fake"]]["auc"]]
        for p in report.pairs if p["pack"] != pack.facts.id and p["condition"] == "clean"
    ]  # fmt: skip
    gains = [[v["peer"], v["real"], v["fake"], v["gain"], f"{v['low']}–{v['high']}"] for v in report.versus]
    quality = [[q["condition"], q["scored"], q["share_inconclusive"], q["accuracy_of_decided"], q["brier"],
                q["log_loss"], q["calibration_error"]] for q in report.quality]  # fmt: skip
    bins = [[f"{b['promised']:.2f}", b["found"], b["reals"], b["fakes"]] for b in report.quality[0]["reliability"]]
    direction = [[d["manipulation"], d["pairs"], d["share_higher"], f"{d['low']}–{d['high']}", d["median_rise"]]
                 for d in report.direction]  # fmt: skip
    change = [[r["condition"], r["macro_auc"], r["change"]] for r in report.robustness]
    sizes = [[f"{s['from_px']}–{s['below_px'] or ''}", s["reals"], s["fakes"], s["macro_auc"],
              s["false_positives"]["above_threshold"], s["true_positives"]["above_threshold"]]
             for s in report.by_face_size]  # fmt: skip
    headline = [[s["condition"], s["macro_auc"] if report.headline_allowed else "withheld",
                 s["worst_auc"] if report.headline_allowed else "withheld", s["pooled_auc_warning"]]
                for s in report.summary if s["pack"] == pack.facts.id]  # fmt: skip
    gate = [[s["source"], s["label"], s["pictures"], s["not_assessable"]]
            for s in report.sources if s["condition"] == "clean" and s["pack"] == pack.facts.id]  # fmt: skip
    rate = calibration["rates"]
    return "\n\n".join([
        "### Matched pairs of sources (withheld where a control exceeds 0.60)",
        table(headline, ["condition", "mean AUC", "worst AUC", "all pictures pooled (recognises sources)"]),
        "### Areas by pair of sources (persons left out; 95 % interval, drawn by person)",
        table(pairs, ["matched", "condition", "real", "fake", "AUC", "95 %", "TPR, 1 % FPR", "TPR, 5 % FPR", "reals",
                      "fakes"]),
        "### False positives of the *indicators* band, all conditions together, cross-fitted",
        table(rates, ["real source", "source in training", "faces", "FPR", "95 %"]),
        f"Threshold {calibration['above']}; true positives of the band on its own kind of fakes "
        f"({rate['test_set'].rpartition('fakes: ')[2]}): {rate['true_positive']} "
        f"({rate['true_positive_low']}–{rate['true_positive_high']}). "
        + ("The *no indicators* band is never given: no threshold passed its test." if calibration["below"] is None
           else f"The *no indicators* band is given below {calibration['below']}."),
        "### Each real source left out of thresholds and of calibration, as the product meets others",
        table(unseen, ["real source left out", "persons", "above the others' threshold", "the same, with the margin",
                       "ECE, own kind of fakes"]),
        "### Not assessable (no face found, too small, not confirmed …), as received",
        table(gate, ["source", "label", "pictures", "share not assessable"]),
        "### Peers on the same crops, as received",
        table(versus, ["peer", "real", "fake", "AUC of the peer", "95 %", "AUC of this detector"]),
        "### This detector less each peer, matched pairs, the same pictures",
        table(gains, ["peer", "real", "fake", "AUC gained", "95 %"]),
        "### Calibrated score (both labels weigh the same)",
        table(quality, ["condition", "faces", "inconclusive", "right among the decided", "Brier", "log-loss", "ECE"]),
        table(bins, ["promised", "found", "reals", "fakes"]),
        "### Real pictures of persons left out, manipulated on the spot: how many rise",
        table(direction, ["manipulation", "pairs", "share that rises", "95 %", "median rise"]),
        "### Mean matched area by condition and by face size",
        table(change, ["condition", "mean AUC", "change"]),
        table(sizes, ["face in pixels", "reals", "fakes", "mean AUC", "FPR", "TPR"]),
        "### Controls, inside the matched pairs",
        table([[k, v] for k, v in report.controls.items()], ["control that can know nothing", "AUC"]),
        "### Training log (persons left out; `selection` chose the checkpoint)",
        table([[line.get(name, "") for name in log[0]] for line in log], list(log[0])),
    ])  # fmt: skip


def as_calibration(given: dict[str, object]) -> Calibration:
    """The calibration as a pack has it."""
    sources = tuple(SourceRate(**source) for source in given["sources"])
    return Calibration(**{**given, "rates": ErrorRates(**given["rates"]), "sources": sources})


def table(lines: list[list[object]], head: list[str]) -> str:
    return "\n".join(["| " + " | ".join(map(str, line)) + " |" for line in [head, ["---"] * len(head), *lines]])
