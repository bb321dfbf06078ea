"""Names of voters who do not exist, for registers that are rehearsed and practised with."""

import random

_GIVEN = (
    "Ana Beatriz Camila Carmen Daniela Elena Gabriela Inés Isabel Josefina Julia Lucía Luisa Magdalena Mariana "
    "Marta Mercedes Natalia Paola Rosa Sofía Teresa Valentina Yolanda Alberto Andrés Arturo Carlos César Diego "
    "Eduardo Emilio Félix Francisco Gustavo Héctor Ignacio Javier Joaquín Jorge Leonardo Luis Manuel Mateo Miguel "
    "Óscar Pablo Ramón Ricardo Rubén Santiago Simón Tomás Vicente "
).split()
_FAMILY = (
    "Acosta Aguilar Alvarado Arias Benítez Bermúdez Blanco Cabrera Cárdenas Castillo Colmenares Contreras Delgado "
    "Díaz Escalona Espinoza Figueroa Flores Fuentes Gallardo García Guerra Gutiérrez Hernández Herrera Ibarra "
    "Jiménez Lara León Linares López Maldonado Márquez Medina Mendoza Molina Montilla Morales Navarro Núñez Ochoa "
    "Ojeda Ortega Palacios Paredes Peña Pérez Quintero Ramos Rangel Rincón Rivas Rojas Romero Rosales Salazar "
    "Salcedo Silva Sosa Suárez Tovar Urdaneta Vargas Velásquez Vera Villalobos Zambrano Zerpa "
).split()


def made_up_name(generator: random.Random) -> str:
    """A given name and two family names."""
    return f"{generator.choice(_GIVEN)} {generator.choice(_FAMILY)} {generator.choice(_FAMILY)}"
