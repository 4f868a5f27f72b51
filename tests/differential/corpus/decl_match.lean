def kind : Nat → String
  | 0 => "zero"
  | 1 => "one"
  | n + 2 => if n % 2 = 0 then "even" else "odd"

theorem kind_zero : kind 0 = "zero" := rfl
#eval kind 8

def incomplete : Nat → Bool → Nat
  | 0, _ => 0
  | _ + 1, true => 1

def redundant : Nat → Nat
  | 0 => 0
  | n => n
  | 5 => 6

def viaIf (o : Option Nat) : Nat :=
  if let some n := o then n else 0

def letPattern (p : Nat × Nat) : Nat :=
  let (a, b) := p
  a + b
theorem let_pattern : letPattern (1, 2) = 3 := rfl
def wrongPattern : Nat → Nat
  | "zero" => 0
  | _ => 1
