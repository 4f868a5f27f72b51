mutual
  inductive Tree (α : Type) where
    | node : α → Forest α → Tree α

  inductive Forest (α : Type) where
    | nil : Forest α
    | cons : Tree α → Forest α → Forest α
end

mutual
  def Tree.size : Tree α → Nat
    | .node _ f => 1 + f.size

  def Forest.size : Forest α → Nat
    | .nil => 0
    | .cons t f => t.size + f.size
end

mutual
  theorem Tree.size_pos : (t : Tree α) → 0 < t.size
    | .node _ f => by simp only [Tree.size]; omega
end

#eval (Tree.node 1 (.cons (.node 2 .nil) .nil)).size

mutual
  inductive Bad where
    | mk : (Worse → Nat) → Bad
  inductive Worse where
    | mk : (Bad → Nat) → Worse
end
