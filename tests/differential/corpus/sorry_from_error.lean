-- The error makes the declaration a sorry; the next one rests on it.
theorem broken : 1 = 2 := by
  exact no_such_thing
theorem rests : 2 = 1 := broken.symm
