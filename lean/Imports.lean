/-
The shim: the part of a lean-worker child that is written in Lean.

`lean --load-dynlib=PLUGIN --run SHIM` elaborates it and runs `main`, which
answers the parent's requests until there are no more. The files of this folder
are joined into one in the order that `lean/join` gives, because Lean's
interpreter has no code for a module of ours: it must see the whole source at
each start. Where a C compiler is at hand, `lean -c` turns the same file into a
part of the plugin instead, and starting takes a third of the time.

The embedded toolchain has only the exported half of Lean's library. A function
that Lean would inline or specialise from a body that is not there cannot be
used ("Unknown constant `…._redArg`" or "`_private.…`"); lists are friendlier
than arrays in this respect, so arrays become lists wherever we walk them.
-/
module
public import Lean.Elab.Frontend
open Lean Elab

-- At start each thread costs more than it gives.
set_option Elab.async false
