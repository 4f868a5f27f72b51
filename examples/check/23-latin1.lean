/- Saved as Latin-1 by an old editor: not UTF-8. -/

def größe : Nat := 1
