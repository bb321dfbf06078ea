"""Catalogues in Hebrew and Arabic for tests of paper: Spanish, but for the words of slip and tally sheet that count."""

import re

from testigo import words

SLIP = {
    "he": {
        "blank": "הצבעה לבנה",
        "unused": "— בחירה שלא נוצלה —",
        "one": "יש לבחור 1",
        "many": "ניתן לבחור עד {choose}",
        "foot": "קראו את הצבעתכם. אם היא נכונה, אשרו אותה במסך, קפלו את הפתק והכניסו אותו לקלפי. הטקסט הזה הוא הקובע.",
    },
    "ar": {
        "blank": "تصويت أبيض",
        "unused": "— خيار غير مستعمل —",
        "one": "اختر 1",
        "many": "اختر حتى {choose}",
        "foot": "اقرأ صوتك. إذا كان صحيحا فأكده على الشاشة واطو الورقة وضعها في الصندوق. هذا النص هو المعتمد.",
    },
}


def catalogue(language: str) -> str:
    """A complete catalogue of `he` or `ar`, as an election may bring it (`election.own_words`)."""
    text = words.catalogue_file("es").replace("Language: es", f"Language: {language}")
    for key, said in SLIP[language].items():
        text, found = re.subn(rf'(msgctxt "slip"\nmsgid "{key}"\nmsgstr) ".*"', rf'\1 "{said}"', text)
        if found != 1:
            raise ValueError(key)
    return text


def add() -> None:
    """Add both to the catalogues of this process."""
    for language in SLIP:
        words.add(language, catalogue(language))
