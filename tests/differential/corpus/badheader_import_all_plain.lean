import all Init.Data.Nat.Basic
theorem all_without_module : True := trivial
