"""Words of headers in Spanish, English, Portuguese and French, by what a column with them usually is.

Without accents, in lower case, as `words_of` has them. A guess is shown to a person before it is used.
"""

from typing import Final

CODE: Final = frozenset(
    "cod codigo code cd id ide clave nro num numero number n no ubigeo identificador identifier".split()
)
NAME: Final = frozenset(
    "nombre nombres name nome nom nom denominacion descripcion desc denomination designation".split()
)

STATION: Final = frozenset(
    "mesa mesas jrv junta casilla station table secao seccion section bureau mv polling urna receptora".split()
)
PLACE: Final = frozenset(
    "recinto local centro escuela school lugar colegio puesto place lieu ecole venue establecimiento asiento".split()
)
DISTRICT: Final = frozenset(
    "pais country pays region regiao departamento dep depto dpto department departement estado state uf etat"
    " provincia prov province municipio mun municipality municipalite comuna commune canton cant parroquia parr"
    " parish distrito dist district circunscripcion circ circonscription constituency condado county arrondissement"
    " ilha isla island".split()
)
PARENT: Final = frozenset("padre parent superior pai above upper mere superieur depende".split())
REGISTER: Final = frozenset(
    "habilitados electores votantes inscritos padron voters registered eleitores aptos electeurs inscrits register"
    " empadronados electorado sufragantes voter electors".split()
)
ADDRESS: Final = frozenset("direccion address endereco adresse domicilio ubicacion morada calle".split())
PARTY: Final = frozenset(
    "partido party parti organizacion organization alianza agrupacion lista list liste coligacao legenda".split()
)
ABBREVIATION: Final = frozenset("sigla siglas acronym acronimo abreviatura abbreviation sigle abreviacion".split())
CONTEST: Final = frozenset("contienda cargo contest eleccion election eleicao office dignidad concurso scrutin".split())
ORDER: Final = frozenset("orden order ordem ordre posicion position posicao puesto lugar ubicacion rang".split())
CANDIDATE: Final = frozenset("candidato candidata candidatos candidate candidat titular principal".split())
SUBSTITUTE: Final = frozenset(
    "suplente suplentes suplenta substitute substitutes substituto substituta suppleant suppleante suppleants"
    " remplacant remplacante alterno alterna alternate alternates reserva reserve".split()
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
