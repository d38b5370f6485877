"""The stages that a record passes; each stage gets its stores as arguments.

ingest      files -> raw objects                                    (ingest.py)
decode      bytes of a raw object -> raw records with positions     (decode.py)
transform   raw record -> Drink, or the reason for its rejection    (transformation.py)
load        Drink -> drinks table, counts -> loads table            (load.py)
publish     changed drinks -> the catalogue that people read        (publishing.py)
"""
