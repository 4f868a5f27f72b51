#reduce 2 + 3
#reduce fun x : Nat => x + 2
#reduce (fun x => x ++ [1]) [0]
#reduce (proofs := true) (rfl : 1 = 1)
example : (fun x : Nat => x) = id := rfl
#reduce nothing_here
#eval 2 + 3
#eval [1, 2, 3].map (· * 2)
#eval (3, "three", 'c', true, ())
#eval some (some 3)
#eval (1.5 : Float)
#eval "a\nb"
#eval 10 / 0
#eval (-7 : Int) / 2
#eval 2 ^ 100
#eval "abc".toUpper
