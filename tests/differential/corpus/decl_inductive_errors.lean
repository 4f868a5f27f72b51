inductive Negative where
  | mk (f : Negative → Nat)

inductive Universe : Type where
  | mk (α : Type)

inductive WrongResult : Nat → Type where
  | mk : Nat

inductive Twice where
  | a
  | a

inductive Fine (α : Type u) : Nat → Type u where
  | nil : Fine α 0
  | cons (a : α) : Fine α n → Fine α (n + 1)

def Fine.head : Fine α (n + 1) → α
  | .cons a _ => a

def Fine.missing : Fine α n → Option α
  | .nil => none
