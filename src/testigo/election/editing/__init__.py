"""A definition's file as an officer edits it, field by field, who need not know YAML.

`plain` is what the file says without types, `edits` changes one thing in its text and leaves the rest, `fields` lists
what can be edited of each part and when it is used, `inputs` is what stands in each field and what is typed there,
`references` follows an id that changes, `consequences` is what else goes with an edit, `changes` compares two states
for people, `draft` is a file that is being edited.
"""
