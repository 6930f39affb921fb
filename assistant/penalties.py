"""Penalties: what a regulator may do to a platform, by the provision it broke.

A row is keyed by the provision of a duty (or by a ground) that the verdict names; the fines stand
beside the provision that sets them. To add one, add a row; dates come from the library.
"""

from dataclasses import dataclass
from decimal import Decimal

from assistant.claims import Text, text
from assistant.conditions import All, Any, Condition, no, one_of, yes
from assistant.rules import FOOD, KNOWLEDGE, LIVESTREAM
from assistant.verdict import Verdict


@dataclass(frozen=True)
class Fines:
    """What a penal provision sets: yuan from–to, and from–to where the case is grave."""

    ref: str
    what: Text
    low: int | None = None
    high: int | None = None
    grave_low: int | None = None
    grave_high: int | None = None


@dataclass(frozen=True)
class Penalty:
    """Breach of the provision `broken` (or of a duty or ground of that name) is punished by `fines`."""

    broken: str
    fines: Fines
    through: str = ""  # the rule that refers to the penal provision
    when: Condition | None = None
    missing: tuple[str, ...] = ()  # only if one of these is known to be missing


_CORRECT = text("限期改正；逾期不改的罚款，情节严重的停业整顿并罚款",
                "an order to correct; a fine if not obeyed; if grave, suspension and a higher fine")  # fmt: skip
_SAFETY = text("限期改正，可以罚款；情节严重的停业整顿并罚款",
               "an order to correct, with or without a fine; if grave, suspension and a higher fine")  # fmt: skip
_FOOD = text("责令改正、没收违法所得并罚款；后果严重的停业直至吊销许可证",
             "an order to correct, confiscation and a fine; if the consequences are serious, closure or revocation")  # fmt: skip
_DRUG = text("责令改正、没收违法所得并罚款；情节严重的停业整顿并罚款",
             "an order to correct, confiscation and a fine; if grave, suspension and a higher fine")  # fmt: skip
_CONSUMER = text("责令改正，可警告、没收违法所得、处违法所得一倍以上五倍以下罚款，没有违法所得的三十万元以下；严重的停业整顿、吊销执照",
                 "an order to correct; warning, confiscation, one to five times the gain, or up to 300,000 yuan where "
                 "there is none; if grave, suspension or revocation")  # fmt: skip
_MISLEADING = text("责令改正，可警告、没收违法所得、处违法所得一倍以上十倍以下罚款，没有违法所得的五十万元以下；严重的停业整顿、吊销执照（法律、法规另有规定的从其规定）",
                   "an order to correct; warning, confiscation, one to ten times the gain, or up to 500,000 yuan where there "
                   "is none; if grave, suspension or revocation, unless another law or regulation says otherwise")  # fmt: skip
_AD = text("没收广告费用，并处广告费用三倍以上五倍以下罚款，无法计算或明显偏低的按数额罚款",
           "confiscation of the fees and three to five times them, or a sum where they cannot be reckoned")  # fmt: skip
_DATA = text("责令改正、警告、没收违法所得，拒不改正的罚款；情节严重的五千万元以下或上年营业额百分之五以下",
             "an order to correct, warning, confiscation, a fine if refused; if grave up to 50 million yuan or 5 % of "
             "last year's turnover")  # fmt: skip

REVIEW = Fines("电子商务法#80.1.1", _CORRECT, 20_000, 100_000, 100_000, 500_000)
MEASURES = Fines("电子商务法#80.1.3", _CORRECT, 20_000, 100_000, 100_000, 500_000)
RECORDS = Fines("电子商务法#80.1.4", _CORRECT, 20_000, 100_000, 100_000, 500_000)
SAFETY = Fines("电子商务法#83", _SAFETY, 50_000, 500_000, 500_000, 2_000_000)
LABEL = Fines("电子商务法#81.1.3", text("限期改正，可以罚款；情节严重的加重罚款",
                                   "an order to correct, with or without a fine; if grave, a higher one"),
              20_000, 100_000, 100_000, 500_000)  # fmt: skip
FOOD_PLATFORM = Fines("食品安全法#131.1", _FOOD, 50_000, 200_000)
FOOD_HELP = Fines("食品安全法#123.2", text("责令停止、没收违法所得并罚款", "an order to stop, confiscation and a fine"),
                  100_000, 200_000)  # fmt: skip
DRUG_PLATFORM = Fines("药品管理法#131", _DRUG, 200_000, 2_000_000, 2_000_000, 5_000_000)
CONSUMER = Fines("消费者权益保护法实施条例#50.1", _CONSUMER, None, 300_000)
MISLEADING = Fines("消费者权益保护法#56.1.6", _MISLEADING, None, 500_000)
MONITORING = Fines("网络交易监督管理办法#49", text("限期改正，可以罚款（法律、行政法规另有规定的从其规定）",
                                         "an order to correct, with or without a fine, unless a law says otherwise"),
                   10_000, 30_000)  # fmt: skip
LIVESTREAM_RISK = Fines("直播电商监督管理办法#54", text("限期改正；拒不改正或情节严重的罚款（法律、行政法规另有规定的从其规定）",
                                              "an order to correct; a fine if refused or grave, unless a law says otherwise"),
                        None, None, 10_000, 100_000)  # fmt: skip
ADVERTISING = Fines("广告法#55.3", _AD, 200_000, 1_000_000, 1_000_000, 2_000_000)
DATA = Fines("个人信息保护法#66.1", _DATA, None, 1_000_000, None, 50_000_000)

COSMETICS, DEVICE = one_of("subject", "cosmetics"), one_of("subject", "medical_device")
# Articles 12 and 13, to which Article 29 refers: no licence, or goods that are not safe
OFFENDS_12_OR_13 = Any(one_of("infringement", "unsafe"), no("merchant_licensed"))
CHECKED = ("verified_identity", "verified_licence")
TOLD = ("provided_records", "merchant_identified")

PENALTIES: tuple[Penalty, ...] = (
    # qualification review
    Penalty("电子商务法#27.1", REVIEW, missing=CHECKED),
    Penalty("网络交易监督管理办法#24.1", REVIEW, "网络交易监督管理办法#47", missing=CHECKED),
    Penalty("直播电商监督管理办法#8.1", REVIEW, "直播电商监督管理办法#53", missing=CHECKED),
    Penalty("qualification_review", REVIEW, "化妆品监督管理条例#67", COSMETICS, CHECKED),
    Penalty("qualification_review", REVIEW, "医疗器械监督管理条例#92", DEVICE, CHECKED),
    Penalty("食品安全法#62.1", FOOD_PLATFORM, missing=CHECKED),
    Penalty("药品管理法#62.2", DRUG_PLATFORM),
    # the safety duty and necessary measures
    Penalty("电子商务法#38.1", SAFETY, when=yes("merchant_infringed")),
    Penalty("电子商务法#38.2", SAFETY),
    Penalty("necessary_measures", MEASURES, when=OFFENDS_12_OR_13),
    Penalty("食品安全法#62.2", FOOD_PLATFORM),
    Penalty("药品管理法#62.3", DRUG_PLATFORM),
    Penalty("直播电商监督管理办法#19.1", SAFETY, "直播电商监督管理办法#56"),
    # monitoring and records
    Penalty("电子商务法#31.1", RECORDS, missing=("kept_records",)),
    Penalty("网络交易监督管理办法#31.1", RECORDS, "网络交易监督管理办法#47", missing=("kept_records",)),
    Penalty("直播电商监督管理办法#16.1", RECORDS, "直播电商监督管理办法#53", missing=("kept_records",)),
    Penalty("网络交易监督管理办法#29.1", MONITORING, missing=("monitored_anomalies", "checked_product_safety")),
    Penalty("monitoring_and_recording", LIVESTREAM_RISK, "直播电商监督管理办法#13", LIVESTREAM,
            ("monitored_anomalies",)),
    # assistance and the merchant's identity, in livestreams
    Penalty("消费者权益保护法实施条例#14.2", CONSUMER, missing=TOLD),
    Penalty("直播电商监督管理办法#18.1", CONSUMER, "直播电商监督管理办法#55", missing=TOLD),
    # grounds that are no breach of one of the eight duties
    Penalty("direct-appearance", LABEL),
    Penalty("joint-advertising", ADVERTISING, when=KNOWLEDGE),
    Penalty("joint-intent", FOOD_HELP, when=All(FOOD, yes("violation_serious"))),
    Penalty("direct-own-data", DATA),
    Penalty("direct-own-deceit", MISLEADING),
)  # fmt: skip


@dataclass(frozen=True)
class Risk:
    """A penalty that the facts bring near: for which duties or grounds, under what."""

    causes: tuple[str, ...]
    fines: Fines
    basis: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        f = self.fines
        return {
            "causes": list(self.causes), "basis": list(self.basis), "what": f.what["zh"],
            "what_en": f.what["en"], "fine_from": _yuan(f.low), "fine_to": _yuan(f.high),
            "grave_from": _yuan(f.grave_low), "grave_to": _yuan(f.grave_high),
        }  # fmt: skip


def _yuan(value: int | None) -> str | None:
    return None if value is None else str(Decimal(value))


def risks(verdict: Verdict) -> list[Risk]:
    """The penalties for every breached duty and established ground, one row a penal provision."""
    found: dict[str, Risk] = {}
    for cause, broken in _broken(verdict):
        for row in PENALTIES:
            if row.broken not in broken or not _applies(row, verdict):
                continue
            old = found.get(row.fines.ref)
            causes = tuple(dict.fromkeys([*(old.causes if old else ()), cause]))
            through = [ref for ref in (row.through,) if ref and verdict.in_force(ref, verdict.law_as_of)]
            basis = tuple(dict.fromkeys([row.fines.ref, *(old.basis if old else ()), *through]))
            found[row.fines.ref] = Risk(causes, row.fines, basis)
    return list(found.values())


def _broken(verdict: Verdict) -> list[tuple[str, set[str]]]:
    duties = [(d.duty.code, {d.duty.code, *d.basis}) for d in verdict.duties if d.status == "breached"]
    return duties + [(g.ground.id, {g.ground.id}) for g in verdict.established]


def _applies(row: Penalty, verdict: Verdict) -> bool:
    if row.missing and all(verdict.facts[name] is not False for name in row.missing):
        return False
    if row.when is not None and row.when.value(verdict.facts) is not True:
        return False
    return verdict.in_force(row.fines.ref, verdict.law_as_of)
