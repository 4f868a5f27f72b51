/-
Declarations: LIST. Names and kinds of a session's declarations, sent in batches
while they are found: an environment has hundreds of thousands.
-/
namespace LeanWorker

/-- What is let through. -/
structure DeclarationFilter where
  below : Name
  /-- A module's name, or anonymous for what the session's sources declare. -/
  module? : Option Name
  contains : String
  /-- For each kind, from 0, whether it is wanted. -/
  kinds : List Bool
  internals : Bool
  /-- 0: none. -/
  limit : Nat

structure DeclarationList where
  server : Server
  token : IO.CancelToken
  env : Environment
  filter : DeclarationFilter

/-- What has been found, and of it what has not been sent. -/
structure Found where
  /-- The newest first. -/
  batch : List String := []
  bytes : Nat := 0
  count : Nat := 0
  limited : Bool := false
  stopped : Bool := false

/-- The lowest bits of a number, from bit 0. -/
def bitsOf (count : Nat) (number : Nat) : List Bool :=
  match count with
  | 0 => []
  | count + 1 =>
    let half := number / 2
    (number != half + half) :: bitsOf count half

def bitAt : List Bool → Nat → Bool
  | [], _ => false
  | bit :: _, 0 => bit
  | _ :: rest, i + 1 => bitAt rest i

/-- Private, or made by Lean: nobody wrote such a name. -/
def isInternalName (name : Name) : Bool :=
  name.isInternalDetail || isPrivateName name || name.hasMacroScopes

/-- Is the word in the text? Both as bytes, which is the same for UTF-8. -/
partial def hasWord (text word : ByteArray) : Bool :=
  from_ 0
where
  agrees (start i : Nat) : Bool :=
    i == word.size || (text.get! (start + i) == word.get! i && agrees start (i + 1))
  from_ (start : Nat) : Bool :=
    start + word.size ≤ text.size && (agrees start 0 || from_ (start + 1))

/-- A batch is about so large: small enough to be early, large enough to be few. -/
def batchBytes : Nat := 16384

def DeclarationList.flush (l : DeclarationList) (f : Found) : BaseIO Found := do
  match f.batch with
  | [] => pure ()
  | _ =>
    Plugin.send l.server.secret "DECLARATIONS" #[] (Compat.reverseOnto f.batch []).toArray
  return { f with batch := [], bytes := 0, stopped := f.stopped || (← l.token.isSet) }

def DeclarationList.add (l : DeclarationList) (f : Found) (kind : Nat) (name : String) :
    BaseIO Found := do
  if l.filter.limit != 0 && f.count == l.filter.limit then
    return { f with limited := true, stopped := true }
  let f := { f with
    batch := (toString kind ++ name) :: f.batch
    bytes := f.bytes + name.utf8ByteSize, count := f.count + 1 }
  if f.bytes ≥ batchBytes then l.flush f else return f

/-! ### All that the filter lets through -/

/-- Several modules may have a theorem that Lean made for each; it belongs to one of them. -/
def DeclarationList.belongs (l : DeclarationList) (module? : Option Nat) (c : ConstantInfo)
    (kind : Nat) : Bool :=
  kind != kindCode .thm || match module? with
    | none => true
    | some number => Compat.moduleOf? l.env c.name == some number

def DeclarationList.consider (l : DeclarationList) (module? : Option Nat) (word : ByteArray)
    (f : Found) (c : ConstantInfo) : BaseIO Found := do
  if !l.filter.internals && isInternalName c.name then return f
  if !l.filter.below.isPrefixOf c.name then return f
  let kind := kindOf l.env c
  if !bitAt l.filter.kinds kind || !l.belongs module? c kind then return f
  let name := c.name.toString
  if word.size != 0 && !hasWord name.toUTF8 word then return f
  l.add f kind name

partial def DeclarationList.ofConstants (l : DeclarationList) (module? : Option Nat)
    (word : ByteArray) (f : Found) (constants : List ConstantInfo) : BaseIO Found := do
  match constants with
  | [] => return f
  | c :: rest =>
    if f.stopped then return f
    l.ofConstants module? word (← l.consider module? word f c) rest

partial def DeclarationList.ofModules (l : DeclarationList) (word : ByteArray) (f : Found)
    (number : Nat) (modules : List ModuleData) : BaseIO Found := do
  match modules with
  | [] => return f
  | data :: rest =>
    if f.stopped || (← l.token.isSet) then return f
    let wanted := match l.filter.module? with
      | none => true
      | some name => Compat.moduleName l.env number == name
    let f ←
      if wanted then l.ofConstants (some number) word f data.constants.toList
      else pure f
    l.ofModules word f (number + 1) rest

/-- By name, since an environment does not know in which order they came. -/
def sortedByName (constants : List ConstantInfo) : List ConstantInfo :=
  Compat.map (·.2) <| Compat.mergeSort (fun a b => a.1 < b.1) <|
    Compat.map (fun c => (c.name.toString, c)) constants

def DeclarationList.all (l : DeclarationList) (f : Found) : BaseIO Found := do
  let word := l.filter.contains.toUTF8
  let f ← match l.filter.module? with
    | some .anonymous => pure f
    | _ => l.ofModules word f 0 l.env.header.moduleData.toList
  match l.filter.module? with
  | some (.str ..) | some (.num ..) => return f
  | _ => l.ofConstants none word f (sortedByName (Compat.newConstants l.env))

/-! ### Just these -/

/-- Each as Lean writes it; those that there are not as they were given, and kind 0. -/
partial def DeclarationList.these (l : DeclarationList) (f : Found) (texts : List String) :
    BaseIO Found := do
  match texts with
  | [] => return f
  | text :: rest =>
    if f.stopped then return f
    let f ← match (Compat.nameOfText? text).bind (l.env.find? ·) with
      | none => l.add f 0 text
      | some c => l.add f (kindOf l.env c) c.name.toString
    l.these f rest

/-! ### The request -/

/-- One that is not there would else be a list of nothing, as of an empty module. -/
def DeclarationFilter.unknownModule? (filter : DeclarationFilter) (env : Environment) :
    Option Name :=
  match filter.module? with
  | none | some .anonymous => none
  | some name => if Compat.hasModule env name then none else some name

def listDeclarations (server : Server) (session : Session) (names? : Option (List String))
    (filter : DeclarationFilter) : IO Answer := do
  if let (none, some module) := (names?, filter.unknownModule? session.env) then
    return failed .badOption s!"the session has no module '{module.toString}'; only what it imports, and \
      what these import, can be listed"
  let l : DeclarationList := {
    server, filter, env := session.env, token := ← server.beginCancellable }
  let (elapsed, f) ← timed do
    let f ← match names? with
      | some names => l.these {} names
      | none => l.all {}
    l.flush f
  return {
    message := "LISTED"
    numbers := #[f.count, flag f.limited, flag (← l.token.isSet), elapsed]
    texts := #[] }

/-- The filter of a request, or what is wrong with its names. -/
def filterOf (below module contains : String) (inModule internals : Bool) (kinds limit : Nat) :
    Except Answer DeclarationFilter := do
  let below ← spaceOfText below
  let module ← spaceOfText module
  return {
    below, contains, internals, limit, kinds := bitsOf 9 kinds
    module? := if inModule then some module else none }

end LeanWorker
