-- Words that every file uses mean something else now.
notation "theorem" => 3
macro_rules | `(tactic| rfl) => `(tactic| skip)
macro_rules | `(tactic| omega) => `(tactic| sorry)
macro_rules | `(1 + 1) => `(3)
infixl:65 " + " => fun (a b : Nat) => a * b
namespace Nat
end Nat
