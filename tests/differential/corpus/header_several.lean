import Init.Data.List
import Std.Data.HashMap
import Lean.Meta.Basic

open Lean Meta

def depth (e : Expr) : Nat := e.approxDepth.toNat

#check (inferType : Expr → MetaM Expr)
theorem length_two (a b : α) : [a, b].length = 2 := rfl
