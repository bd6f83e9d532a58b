"""Talks that come in as files: what they are (`values`), and the forms that are read (`tavern`,
`exported`)."""
