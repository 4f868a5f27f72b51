inductive Colour where
  | red | green | blue
  deriving Repr, DecidableEq, Inhabited, Ord, Hashable

theorem red_ne_green : Colour.red ≠ Colour.green := by decide

#eval (default : Colour)
#eval Colour.green

inductive Expr' where
  | num (n : Nat)
  | add (a b : Expr')
  deriving BEq, Repr

inductive Fn where
  | mk (f : Nat → Nat)
  deriving DecidableEq

deriving instance Repr for NoSuchType
deriving instance NoSuchClass for Colour
