section Vars
variable {α : Type u} (a b : α)
variable [inst : BEq α]
universe u'

theorem both_sides (h : a == b) : (a == b) = true := h
include a in
theorem kept : True := trivial
omit inst in
theorem dropped (h : a = b) : b = a := h.symm
#check @both_sides
#check @kept
#check @dropped
end Vars

section
variable (n : Nat)
def usesN := n + 1
#check usesN
variable {n} in
#check n
end
#check n
universe u u
def poly.{v} (α : Type v) : Type v := α
#check poly.{1}
#check Type w
