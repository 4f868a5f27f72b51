/-
Term: TERM. A question about terms: the type of one, its weak head normal form,
or whether two are definitionally equal.
-/
namespace LeanWorker

/-- `lw_term_operation`. -/
inductive TermOperation where
  | inferType | whnf | defEq

def TermOperation.ofCode : Nat → TermOperation
  | 0 => .inferType
  | 1 => .whnf
  | _ => .defEq

/-- `lw_transparency`. -/
def transparencyOfCode : Nat → Meta.TransparencyMode
  | 0 => .default
  | 1 => .reducible
  | 2 => .instances
  | _ => .all

structure TermRequest where
  operation : TermOperation
  transparency : Meta.TransparencyMode
  heartbeats : Nat
  textBytes : Nat
  space : String
  first : String
  second : String

/-- What Lean says: a text, or whether two terms are equal. -/
structure Finding where
  text : String := ""
  equal : Bool := false

def TermRequest.find (r : TermRequest) (first : Syntax) (second? : Option Syntax) :
    TermElabM Finding := do
  let a ← elaborateTerm first none
  match r.operation, second? with
  | .inferType, _ =>
    let type ← Compat.nameUniverses (← instantiateMVars (← Meta.inferType a))
    return { text := (← Meta.ppExpr type).pretty }
  | .whnf, _ =>
    let normal ← Meta.withTransparency r.transparency (Meta.whnf a)
    let normal ← Compat.nameUniverses (← instantiateMVars normal)
    return { text := (← Meta.ppExpr normal).pretty }
  | .defEq, some second =>
    let b ← elaborateTerm second none
    return { equal := ← Meta.withTransparency r.transparency (Meta.isDefEq a b) }
  | .defEq, none => return {}

/-- The syntax of the terms that the operation needs; errors are reported. -/
def Check.parseTerms (c : Check) (state : Command.State) (r : TermRequest) :
    BaseIO (Option (Syntax × Option Syntax)) := do
  match parseTerm c.input state with
  | .error messages =>
    for m in messages do c.report m
    return none
  | .ok first =>
    if let .defEq := r.operation then
      match parseTerm (Compat.inputContext r.second "<second>") state with
      | .error messages =>
        for m in messages do c.report m
        return none
      | .ok second => return some (first, some second)
    else return some (first, none)

def Check.find (c : Check) (session : Session) (options : Options) (space : Name)
    (r : TermRequest) : BaseIO (Option Finding) := do
  let state ← session.state options space
  match ← c.parseTerms state r with
  | none => return none
  | some (first, second?) =>
    let result ← IO.mkRef none
    let label ← IO.mkRef c.input.fileName
    let action : TermElabM Unit := do result.set (some (← r.find first second?))
    let _ ← c.run state 0 (liftTerm label action (errToSorry := false))
    result.get

/-- `lw_term_outcome`, with Lean's message where it is not ok. -/
def outcomeOf (finding? : Option Finding) (error? : Option Message) : BaseIO (Nat × Finding) := do
  match error?, finding? with
  | some m, _ =>
    let text ← messageText m
    return (if m.kind == `runtime.maxHeartbeats then 2 else 1, { text })
  | none, some finding => return (0, finding)
  | none, none => return (1, {})

def queryTerm (server : Server) (surroundings : Surroundings) (session : Session)
    (r : TermRequest) : IO Answer := do
  let space ← match spaceOfText r.space with
    | .error answer => return answer
    | .ok space => pure space
  match ← session.begin server {
      label := "<input>", source := r.first, options := [], heartbeats := r.heartbeats
      diagnosticBytes := 0, quiet := true } with
  | .error answer => return answer
  | .ok (c, options) =>
    let finding? ← try c.find session options space r finally surroundings.restore
    let t ← c.tally.get
    let (outcome, finding) ← outcomeOf finding? t.firstError
    let limit := min r.textBytes ((← Plugin.frameLimit server.secret) - 4096)
    return {
      message := "TERM_ANSWERED"
      numbers := #[outcome, flag finding.equal, flag (finding.text.utf8ByteSize > limit),
        flag (← c.token.isSet), t.elapsed]
      texts := #[Compat.takeBytes finding.text limit] }

end LeanWorker
