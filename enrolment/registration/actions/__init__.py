"""The only writers of applications: the family's side, the agents', the school's."""
