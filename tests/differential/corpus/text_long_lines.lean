theorem long (a b c d e f g h i j k l m n o p q r s t u v w x y z : Nat) (hab : a = b) (hbc : b = c) (hcd : c = d) (hde : d = e) (hef : e = f) (hfg : f = g) (hgh : g = h) (hhi : h = i) (hij : i = j) (hjk : j = k) (hkl : k = l) : a = l := by omega
theorem long_wrong (a b c d e f g h i j k l m n o p q r s t u v w x y z : Nat) (hab : a = b) (hbc : b = c) (hcd : c = d) (hde : d = e) (hef : e = f) (hfg : f = g) (hgh : g = h) (hhi : h = i) (hij : i = j) (hjk : j = k) (hkl : k = l) : a = z := by exact hab
#eval "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
#check (fun (first_argument second_argument third_argument fourth_argument : Nat) => first_argument + second_argument * third_argument - fourth_argument)
