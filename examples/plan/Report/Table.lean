module

public import Init.Data.List.Basic

public def columns (rows : List (List Nat)) : Nat :=
  rows.head?.elim 0 List.length
