"""Elections in eight families of scripts, each with names that differ in one letter or mark."""

from dataclasses import dataclass
from pathlib import Path

from testigo.election import Definition, load


@dataclass(frozen=True)
class Script:
    """`title`: words in it, used wherever an election has words. `names`: options, each beside one much like it.
    `family`: of the font that the election must carry; "" where the shipped one has all.
    """

    title: str
    abbreviation: str
    names: tuple[str, ...]
    family: str = ""


SCRIPTS = {
    "latin": Script(
        "Elección de prueba", "PT", ("Ana Peña", "Ana Paña", "Łukasz Żak", "Łukasz Żok", "Nguyễn Thư", "Il Il")
    ),
    "cyrillic": Script("Выборы мэра", "ЕР", ("Иван Шишов", "Иван Щишов", "Йорданка Ђукић", "Софія Їжак")),
    "greek": Script(
        "Δημοτικές εκλογές", "ΝΔ", ("Ελένη Παπαδοπούλου", "Ελένη Παπαδοπούλον", "Νίκος Ρήγας", "Νίκος Ρήνας")
    ),
    "arabic": Script("انتخابات البلدية", "حق", ("محمد علي حسن", "محمد علي حسين", "زينب", "زيتب", "باسم", "ياسم")),
    "hebrew": Script("בחירות לעירייה", "הע", ("דוד כהן", "דור כהן", "שרה לוי", "שרה לוין")),
    "devanagari": Script(
        "नगर निगम चुनाव",
        "भा",
        ("राम कुमार", "रमा कुमार", "कृष्ण देव", "कृष्णा देव", "नरेन्द्र", "नरेंद्र"),
        "Noto Sans Devanagari",
    ),
    "thai": Script("การเลือกตั้งเทศบาล", "พท", ("สมชาย ใจดี", "สมชาย ใจดิ", "น้ำฝน ป่าไม้", "น้ำฝน ป่าไผ่"), "Noto Sans Thai"),
    "cjk": Script(
        "市長選舉",
        "民",
        ("王小明", "王小朋", "李大土", "李大士", "張三己", "張三已", "서울김", "서울긴", "かな ぬめ", "かな ねめ"),
        "Noto Sans CJK",
    ),
}

FURTHER = {
    "armenian": Script("Ընտրություններ", "Հ", ("Արամ Սարգսյան", "Արամ Սարգսյաև")),
    "bengali": Script("পৌর নির্বাচন", "বা", ("রহিম আলী", "রাহিম আলী"), "Noto Sans Bengali"),
    "ethiopic": Script("የከተማ ምርጫ", "ኢዜ", ("አበበ በቀለ", "አበበ በቀላ"), "Noto Sans Ethiopic"),
    "georgian": Script("არჩევნები", "ქ", ("გიორგი ბერიძე", "გიორგი გერიძე")),
    "khmer": Script("ការបោះឆ្នោត", "ខ", ("សុខ សាន", "សុខ សន"), "Noto Sans Khmer"),
    "myanmar": Script("ရွေးကောက်ပွဲ", "မ", ("အောင်စန်း", "အောင်ဆန်း"), "Noto Sans Myanmar"),
    "tamil": Script("நகராட்சி தேர்தல்", "தி", ("முருகன்", "முருகண்"), "Noto Sans Tamil"),
}
"""Of the other scripts that Noto comes with, some that shape their letters in other ways."""


def definition_text(script: Script, languages: str = "es") -> str:
    """A definition in that script: one contest to choose one, one to choose two, every option in both."""
    texts = "{" + ", ".join(f'{code}: "{script.title}"' for code in languages.split(", ")) + "}"
    options = "".join(
        f'      - {{id: o{place}, name: "{name}", party: p}}\n' for place, name in enumerate(script.names)
    )
    return f"""\
id: script-2027
title: {texts}
date: 2027-05-09
opens: 07:00
closes: 17:00
languages: [{languages}]
districts: [{{id: all, name: {texts}}}]
stations: [{{id: s1, name: "{script.title}", address: "{script.title}", district: all, register-size: 30}}]
parties: [{{id: p, name: {texts}, abbreviation: "{script.abbreviation}"}}]
contests:
  - id: one
    district: all
    title: {texts}
    kind: choose-one
    options:
{options}
  - id: two
    district: all
    title: {texts.replace(': "', ': "2 ')}
    kind: choose-up-to
    choose: 2
    seats: 2
    options:
{options}"""


def loaded(folder: Path, script: Script, languages: str = "es") -> Definition:
    """The definition, read from a file in that folder."""
    file = folder / "election.yaml"
    file.write_text(definition_text(script, languages), encoding="utf-8")
    return load(file)
