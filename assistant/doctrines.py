"""Doctrines: one lens per school on Article 38(2)'s “corresponding liability”.

A lens changes only grounds whose statute says corresponding liability; wording that says joint stays
joint under each. To add a school, add a row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from assistant.rules import Form, Ground


@dataclass(frozen=True)
class Doctrine:
    """A school: the forms it gives to neglected review and to other neglected safety duties."""

    id: str
    name: Mapping[str, str]
    review: tuple[Form, ...]  # strongest first; more than one: any may be held
    safety: tuple[Form, ...]
    argument: Mapping[str, str]

    def forms(self, ground: Ground) -> tuple[Form, ...]:
        """The forms this school may give to a ground; its statute's own form where it says one."""
        if ground.form is not Form.CORRESPONDING:
            return (ground.form,)
        return self.review if ground.id == "supplementary-review" else self.safety


ARTICLE_OWN = "supplementary_first"

_ROWS = (
    Doctrine(
        ARTICLE_OWN, {"zh": "补充为原则、连带为例外", "en": "supplementary first, joint by exception"},
        (Form.SUPPLEMENTARY,), (Form.SUPPLEMENTARY,),
        {"zh": "平台的不作为只是间接原因，原则上补充，故意或另有特别规定时连带。",
         "en": "the omission is an indirect cause: supplementary in principle, joint on intent or special rule."},
    ),
    Doctrine(
        "joint_only", {"zh": "连带责任说", "en": "joint only"}, (Form.JOINT,), (Form.JOINT,),
        {"zh": "平台疏于管理、放任侵权，有共同过错，应连带。",
         "en": "a platform that neglects control shares the fault and is jointly liable."},
    ),
    Doctrine(
        "supplementary_only", {"zh": "补充责任说", "en": "supplementary only"},
        (Form.SUPPLEMENTARY,), (Form.SUPPLEMENTARY,),
        {"zh": "第三十八条第二款是民法典第一千一百九十八条的特别规定，一律补充。",
         "en": "Article 38(2) is a special case of Civil Code 1198: always supplementary."},
    ),
    Doctrine(
        "all_forms", {"zh": "三种形态皆可说", "en": "all forms possible"},
        (Form.JOINT, Form.SUPPLEMENTARY, Form.SEVERAL), (Form.JOINT, Form.SUPPLEMENTARY, Form.SEVERAL),
        {"zh": "“相应的责任”可以是连带、补充或按份，由法院依案情定。",
         "en": "“corresponding” may be joint, supplementary or several, as the court finds."},
    ),
    Doctrine(
        "joint_and_several_shares", {"zh": "审核连带、其他按份", "en": "joint for review, shares for the rest"},
        (Form.JOINT,), (Form.SEVERAL,),
        {"zh": "违反审核义务连带，违反其他安保义务按份额承担。",
         "en": "joint for neglected review, by shares for other safety duties."},
    ),
)  # fmt: skip

DOCTRINES: Mapping[str, Doctrine] = MappingProxyType({row.id: row for row in _ROWS})


class UnknownDoctrine(ValueError):
    """A doctrine that is not in the table."""


def doctrine(name: str | None) -> Doctrine:
    """The school of that name; the article's own by default. Raises UnknownDoctrine."""
    chosen = DOCTRINES.get(name or ARTICLE_OWN)
    if chosen is None:
        raise UnknownDoctrine(f"no doctrine {name!r}; wanted one of {', '.join(DOCTRINES)}")
    return chosen
