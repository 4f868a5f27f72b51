module

public import Init.Data.List.Basic

public def hasOneRow (rows : List (List Nat)) : Bool :=
  match rows with
  | [_] => true
  | _ => false
