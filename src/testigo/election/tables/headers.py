"""Words of headers in Spanish, English, Portuguese, French, Arabic and Hebrew, by what a column with them usually is.

Without accents, in lower case, as `words_of` has them. A guess is shown to a person before it is used.
"""

from typing import Final

CODE: Final = frozenset(
    "cod codigo code cd id ide clave nro num numero number n no ubigeo identificador identifier"
    " رمز الرمز رقم الرقم كود معرف المعرف קוד מספר סמל מזהה".split()
)
NAME: Final = frozenset(
    "nombre nombres name nome nom nom denominacion descripcion desc denomination designation"
    " اسم الاسم تسمية שם תיאור".split()
)

STATION: Final = frozenset(
    "mesa mesas jrv junta casilla station table secao seccion section bureau mv polling urna receptora"
    " محطة المحطة قلم القلم صندوق الصندوق קלפי הקלפי".split()
)
PLACE: Final = frozenset(
    "recinto local centro escuela school lugar colegio puesto place lieu ecole venue establecimiento asiento"
    " مركز المركز مدرسة المدرسة مكان المكان موقع الموقع מקום מרכז".split()
)
DISTRICT: Final = frozenset(
    "pais country pays region regiao departamento dep depto dpto department departement estado state uf etat"
    " provincia prov province municipio mun municipality municipalite comuna commune canton cant parroquia parr"
    " parish distrito dist district circunscripcion circ circonscription constituency condado county arrondissement"
    " ilha isla island"
    " بلد البلد دولة اقليم منطقة المنطقة محافظة المحافظة ولاية الولاية قضاء القضاء ناحية الناحية بلدية"
    " البلدية دايرة الدايرة مدينة المدينة مقاطعة ארץ מדינה מחוז נפה אזור עיר יישוב רשות עירייה מועצה".split()
)
PARENT: Final = frozenset(
    "padre parent superior pai above upper mere superieur depende اعلى الاعلى اب الاب تابع אב מעל עליון".split()
)
REGISTER: Final = frozenset(
    "habilitados electores votantes inscritos padron voters registered eleitores aptos electeurs inscrits register"
    " empadronados electorado sufragantes voter electors"
    " ناخبين الناخبين ناخبون مسجلين المسجلين مسجلون المسجلون בוחרים הבוחרים רשומים בעלי".split()
)
ADDRESS: Final = frozenset(
    "direccion address endereco adresse domicilio ubicacion morada calle"
    " عنوان العنوان شارع الشارع כתובת הכתובת רחוב".split()
)
PARTY: Final = frozenset(
    "partido party parti organizacion organization alianza agrupacion lista list liste coligacao legenda"
    " حزب الحزب قايمة القايمة تحالف التحالف كيان מפלגה המפלגה רשימה הרשימה סיעה".split()
)
ABBREVIATION: Final = frozenset(
    "sigla siglas acronym acronimo abreviatura abbreviation sigle abreviacion"
    " مختصر المختصر اختصار الاختصار אותיות קיצור כינוי".split()
)
CONTEST: Final = frozenset(
    "contienda cargo contest eleccion election eleicao office dignidad concurso scrutin"
    " منصب المنصب انتخاب الانتخاب תפקיד בחירות משרה".split()
)
ORDER: Final = frozenset(
    "orden order ordem ordre posicion position posicao puesto lugar ubicacion rang"
    " ترتيب الترتيب تسلسل التسلسل סדר מיקום".split()
)
CANDIDATE: Final = frozenset(
    "candidato candidata candidatos candidate candidat titular principal"
    " مرشح المرشح مرشحة المرشحة المرشحون מועמד המועמד מועמדת מועמדים".split()
)
SUBSTITUTE: Final = frozenset(
    "suplente suplentes suplenta substitute substitutes substituto substituta suppleant suppleante suppleants"
    " remplacant remplacante alterno alterna alternate alternates reserva reserve"
    " بديل البديل احتياط الاحتياط نايب מחליף ממלא סגן".split()
)

ALL: Final = (
    CODE
    | NAME
    | STATION
    | PLACE
    | DISTRICT
    | PARENT
    | REGISTER
    | ADDRESS
    | PARTY
    | ABBREVIATION
    | CONTEST
    | ORDER
    | CANDIDATE
    | SUBSTITUTE
)
"""By which the row of the header is known."""
