/-
Kernel: KERNEL_CHECK. Commands are elaborated, and then each declaration that
they made is handed to the kernel once more, against the session's environment
and the declarations that were accepted before it. So nothing that the source
did to the elaborator or to its environment counts.
-/
namespace LeanWorker

/-! ### What is to be checked -/

/--
As the source has it: in a `module`, and the embedded Lean takes every file for
one, names are private unless they are said to be public.
-/
def writtenName (name : Name) : String :=
  (privateToUserName name).toString

/-- The end of an elaboration, as the kernel sees it, against its beginning. -/
structure Recheck where
  base : Environment
  final : Kernel.Environment
  token : IO.CancelToken
  /-- As the kernel counts them; 0: none. -/
  heartbeats : Nat

/-- A declaration that the source made. -/
def Recheck.find? (r : Recheck) (name : Name) : Option ConstantInfo :=
  if r.base.contains name then none else r.final.find? name

/-- What a declaration speaks of. -/
def constantsIn (c : ConstantInfo) : List Name :=
  let ofType := c.type.getUsedConstants.toList
  match c.value? (allowOpaque := true) with
  | some value => Compat.append ofType value.getUsedConstants.toList
  | none => ofType

/-- The names that the kernel learns with this one, the first of which stands for all. -/
def Recheck.groupOf (r : Recheck) (c : ConstantInfo) : List Name :=
  match c with
  | .inductInfo v => v.all
  | .recInfo v => v.all
  | .ctorInfo v =>
    match r.find? v.induct with
    | some (.inductInfo v) => v.all
    | _ => [v.induct]
  | .defnInfo v => if v.safety == .safe then [v.name] else v.all
  | _ => [c.name]

def constructorsOf (r : Recheck) : List Name → Option (List Constructor)
  | [] => some []
  | name :: rest => do
    let c ← r.find? name
    return { name, type := c.type } :: (← constructorsOf r rest)

def inductiveTypesOf (r : Recheck) : List Name → Option (List InductiveType)
  | [] => some []
  | name :: rest => do
    let .inductInfo v ← r.find? name | none
    return { name, type := v.type, ctors := ← constructorsOf r v.ctors } ::
      (← inductiveTypesOf r rest)

def definitionsOf (r : Recheck) : List Name → Option (List DefinitionVal)
  | [] => some []
  | name :: rest => do
    let .defnInfo v ← r.find? name | none
    return v :: (← definitionsOf r rest)

/-- What was once given to the kernel; none where it cannot be told. -/
def Recheck.declarationOf? (r : Recheck) (c : ConstantInfo) : Option Declaration :=
  match c with
  | .axiomInfo v => some (.axiomDecl v)
  | .thmInfo v => some (.thmDecl v)
  | .opaqueInfo v => some (.opaqueDecl v)
  | .defnInfo v =>
    if v.safety == .safe then some (.defnDecl v)
    else (definitionsOf r v.all).map .mutualDefnDecl
  | .inductInfo v =>
    (inductiveTypesOf r v.all).map (.inductDecl v.levelParams v.numParams · v.isUnsafe)
  | .quotInfo _ | .ctorInfo _ | .recInfo _ => none

/-- What a group speaks of. -/
def Recheck.needsOf (r : Recheck) (group : List Name) : List Name :=
  go group []
where
  go : List Name → List Name → List Name
    | [], found => found
    | name :: rest, found =>
      match r.find? name with
      | some c@(.inductInfo v) =>
        go rest (Compat.append (ofConstructors v.ctors) (Compat.append (constantsIn c) found))
      | some c => go rest (Compat.append (constantsIn c) found)
      | none => go rest found
  ofConstructors : List Name → List Name
    | [] => []
    | name :: rest =>
      match r.find? name with
      | some c => Compat.append (constantsIn c) (ofConstructors rest)
      | none => ofConstructors rest

/-! ### The kernel's answer -/

/-- `lw_kernel_status`. -/
inductive KernelStatus where
  | checked | rejected | unavailable | unsupported

def KernelStatus.code : KernelStatus → Nat
  | .checked => 0
  | .rejected => 1
  | .unavailable => 2
  | .unsupported => 3

/-- How far the kernel has come. -/
structure Progress where
  env : Kernel.Environment
  seen : NameSet := {}
  checked : Nat := 0
  /-- What is not well: a declaration, and a sentence about it. -/
  fault? : Option (KernelStatus × Name × String) := none
  cancelled : Bool := false

/-- A declaration waits until all that it needs has been checked. -/
inductive Step where
  | visit (name : Name)
  | check (name : Name) (c : ConstantInfo)

/--
With these the kernel runs code that was compiled from the source, as for
`native_decide`. There is none but in the environment that elaborated it.
-/
def asksCompiledCode (name : Name) : Bool :=
  Compat.anyOf (· == name)
    [``Lean.reduceBool, ``Lean.reduceNat, ``Lean.ofReduceBool, ``Lean.ofReduceNat]

def Recheck.accept (r : Recheck) (p : Progress) (name : Name) (c : ConstantInfo) :
    BaseIO Progress := do
  match r.declarationOf? c with
  | none =>
    return { p with fault? := some (.unsupported, name, "its declaration cannot be rebuilt") }
  | some declaration =>
    match Compat.addToKernel p.env r.heartbeats.toUSize declaration (some r.token) with
    | .ok env => return { p with env, checked := p.checked + 1 }
    | .error .interrupted => return { p with cancelled := true }
    | .error e =>
      if Compat.anyOf asksCompiledCode (constantsIn c) then
        return { p with fault? := some (.unsupported, name, "it rests on what compiled code says") }
      return { p with fault? := some (.rejected, name, ← (e.toMessageData {}).toString) }

/-- With a stack of its own: a chain of lemmas may be longer than the thread's. -/
partial def Recheck.run (r : Recheck) (p : Progress) (steps : List Step) : BaseIO Progress := do
  if p.fault?.isSome || p.cancelled then return p
  match steps with
  | [] => return p
  | .check name c :: rest => r.run (← r.accept p name c) rest
  | .visit name :: rest =>
    match r.find? name with
    | none => r.run p rest
    | some c =>
      let group := r.groupOf c
      let first := match group with
        | first :: _ => first
        | [] => name
      if p.seen.contains first then r.run p rest
      else match r.find? first with
        | none =>
          let fault := (KernelStatus.unsupported, name, s!"`{writtenName first}` is missing")
          return { p with fault? := some fault }
        | some c =>
          if ← r.token.isSet then return { p with cancelled := true }
          let needs := r.needsOf group
          r.run { p with seen := p.seen.insert first } (visits needs (.check first c :: rest))
where
  visits : List Name → List Step → List Step
    | [], steps => steps
    | name :: rest, steps => visits rest (.visit name :: steps)

/-! Constructors and recursors come with their type. Are they the same? -/

def sameRules : List RecursorRule → List RecursorRule → Bool
  | [], [] => true
  | a :: first, b :: second =>
    a.ctor == b.ctor && a.nfields == b.nfields && a.rhs == b.rhs && sameRules first second
  | _, _ => false

def sameConstant (made claimed : ConstantInfo) : Bool :=
  made.type == claimed.type && match made, claimed with
    | .ctorInfo _, .ctorInfo _ => true
    | .recInfo a, .recInfo b => a.k == b.k && sameRules a.rules b.rules
    | _, _ => false

def Recheck.compare (p : Progress) : List ConstantInfo → Progress
  | [] => p
  | c :: rest =>
    match c with
    | .ctorInfo _ | .recInfo _ =>
      match p.env.find? c.name with
      | some made =>
        if sameConstant made c then compare p rest
        else
          let text := "it is not what the kernel makes of its type"
          { p with fault? := some (.rejected, c.name, text) }
      | none => { p with fault? := some (.rejected, c.name, "it does not belong to its type") }
    | _ => compare p rest

def Recheck.all (r : Recheck) (constants : List ConstantInfo) : BaseIO Progress := do
  let p ← r.run { env := r.base.toKernelEnv } (Compat.map (.visit ·.name) constants)
  if p.fault?.isSome || p.cancelled then return p
  return compare p constants

/-! ### Axioms -/

/-- What was found on the way from declarations to all that they rest on. -/
structure Ground where
  seen : NameSet := {}
  axioms : List Name := []
  /-- A body was not there to look into: the library's private half is missing. -/
  hidden : Bool := false

/-- An axiom is one where it was declared so, and not where its body is hidden. -/
def Ground.add (g : Ground) (base : Environment) (c : ConstantInfo) : Ground :=
  match c with
  | .axiomInfo _ =>
    if !base.contains c.name || kindOf base c == kindCode .axiom then
      { g with axioms := c.name :: g.axioms }
    else { g with hidden := true }
  | _ => g

/-- In what the kernel has accepted: the source's own environment may say anything. -/
partial def Ground.walk (g : Ground) (base : Environment) (accepted : Kernel.Environment)
    (token : IO.CancelToken) (names : List Name) : BaseIO Ground := do
  match names with
  | [] => return g
  | name :: rest =>
    if g.seen.contains name then g.walk base accepted token rest
    else if ← token.isSet then return g
    else
      let g := { g with seen := g.seen.insert name }
      match accepted.find? name with
      | none => g.walk base accepted token rest
      | some c => (g.add base c).walk base accepted token (needs c rest)
where
  needs (c : ConstantInfo) (rest : List Name) : List Name :=
    let rest := Compat.reverseOnto (constantsIn c) rest
    match c with
    | .inductInfo v => Compat.reverseOnto v.ctors rest
    | .recInfo v => Compat.reverseOnto v.all rest
    | .ctorInfo v => v.induct :: rest
    | _ => rest

/-! ### The request -/

structure KernelVerdict where
  status : KernelStatus
  summary : String
  checked : Nat := 0
  axioms : List Name := []

def plural (n : Nat) (noun : String) : String :=
  if n == 1 then s!"1 {noun}" else s!"{n} {noun}s"

/-- The heartbeats that the kernel may count up to: it goes on from those of the thread. -/
def kernelHeartbeats (options : Options) : BaseIO Nat := do
  let limit := Core.getMaxHeartbeats options
  let sum := limit + (← IO.getNumHeartbeats)
  return if limit == 0 || sum ≥ 4294967295 then 0 else sum

/-- Rejected by the kernel: said at the place of the declaration too. -/
def Check.reportRejected (c : Check) (env : Environment) (name : Name) (text : String) :
    IO Unit := do
  let range? ← match env.find? name with
    | some constant => findRange? env constant
    | none => pure none
  let m := c.message .error 0 text
  match range? with
  | some r => c.report { m with pos := r.pos, endPos := some r.endPos }
  | none => c.report m

def acceptedText (checked : Nat) (hidden : Bool) : String :=
  s!"the kernel accepted {plural checked "declaration"}" ++
    if hidden then "; what the library's hidden proofs rest on is not known here" else ""

def Check.askKernel (c : Check) (session : Session) (options : Options)
    (state : Command.State) : IO KernelVerdict := do
  let env := state.env
  let constants := Compat.constantsSince session.env env
  if let [] := constants then
    return { status := .unavailable, summary := "nothing was declared" }
  let r : Recheck := {
    base := session.env, final := env.toKernelEnv, token := c.token
    heartbeats := ← kernelHeartbeats options }
  let p ← r.all constants
  match p.fault? with
  | some (status, name, text) =>
    match status with
    | .rejected => c.reportRejected env name text
    | _ => pure ()
    return { status, checked := p.checked, summary := s!"`{writtenName name}`: {text}" }
  | none =>
    let ground ← ({} : Ground).walk session.env p.env c.token (namesOf constants)
    return {
      status := .checked, checked := p.checked, axioms := sortedNames ground.axioms
      summary := acceptedText p.checked ground.hidden }
where
  namesOf (constants : List ConstantInfo) : List Name :=
    Compat.map (fun constant => constant.toConstantVal.name) constants
  sortedNames (names : List Name) : List Name :=
    Compat.mergeSort (fun a b => a.toString < b.toString) names

def Check.kernelVerdict (c : Check) (session : Session) (options : Options) (space : Name) :
    IO KernelVerdict := do
  let state ← c.runSource session options space
  let errors := (← c.tally.get).errors
  if ← c.token.isSet then return { status := .unavailable, summary := "cancelled" }
  if errors != 0 then
    return { status := .rejected, summary := s!"Lean reported {plural errors "error"}" }
  let start ← IO.monoNanosNow
  let verdict ← c.askKernel session options state
  let stop ← IO.monoNanosNow
  c.tally.modify fun t => { t with elapsed := t.elapsed + (stop - start) / 1000 }
  if ← c.token.isSet then return { status := .unavailable, summary := "cancelled" }
  return verdict

def kernelCheck (server : Server) (surroundings : Surroundings) (session : Session)
    (w : Work) (space : String) : IO Answer := do
  let space ← match spaceOfText space with
    | .error answer => return answer
    | .ok space => pure space
  match ← session.begin server w with
  | .error answer => return answer
  | .ok (c, options) =>
    let verdict ← try c.kernelVerdict session options space finally surroundings.restore
    let t ← c.tally.get
    let heap ← Plugin.heapKib server.secret
    let hasSorry := t.hasSorry || Compat.anyOf (· == ``sorryAx) verdict.axioms
    return {
      message := "KERNEL_CHECKED"
      numbers := #[verdict.status.code, verdict.checked, t.errors, flag hasSorry,
        flag (← c.token.isSet), flag t.truncated, t.elapsed, heap]
      texts := (verdict.summary :: Compat.map writtenName verdict.axioms).toArray }

end LeanWorker
