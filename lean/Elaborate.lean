/-
Elaborate: ELABORATE. Commands without a header, or one term, from the session's
clean environment: the same machinery as for a file, and the same care for what
is left behind.
-/
namespace LeanWorker

/-! ### Where it is elaborated -/

/-- A name and the namespaces around it, the outermost first. -/
def namespacesAround : Name → List Name
  | .anonymous => []
  | .str outer part => Compat.append (namespacesAround outer) [.str outer part]
  | .num outer part => Compat.append (namespacesAround outer) [.num outer part]

def activate (env : Environment) : List Name → BaseIO Environment
  | [] => return env
  | space :: rest => do activate (← Compat.activateScoped env space) rest

def register (env : Environment) : List Name → Environment
  | [] => env
  | space :: rest => register (env.registerNamespace space) rest

/-- As after `namespace space` at the top of a file. -/
def Session.state (session : Session) (options : Options) (space : Name) :
    BaseIO Command.State := do
  let around := namespacesAround space
  return session.stateIn (← activate (register session.env around) around) options space

/-- The text of a name in a request, which may be empty, or what is wrong with it. -/
def spaceOfText (text : String) : Except Answer Name :=
  if text.isEmpty then .ok .anonymous
  else match Compat.nameOfText? text with
    | some name => .ok name
    | none => .error (failed .badOption s!"malformed name '{text}'")

/-! ### Commands -/

/-- All commands of the text, from the session's environment. -/
def Check.runSource (c : Check) (session : Session) (options : Options) (space : Name) :
    BaseIO Command.State := do
  let lines := (Compat.position c.input c.input.endPos).line
  let state ← c.runCommands lines {} (← session.state options space)
  if sorryInNew session.env state.env then
    c.tally.modify fun t => { t with hasSorry := true }
  return state

/-! ### Terms -/

/-- The one term that a text consists of; messages about what is wrong with it otherwise. -/
def parseTerm (input : Parser.InputContext) (state : Command.State) :
    Except (List Message) Syntax :=
  let scope := currentScope state
  let context : Parser.ParserModuleContext := {
    env := state.env, options := scope.opts, currNamespace := scope.currNamespace
    openDecls := scope.openDecls }
  let read := Parser.andthenFn Parser.whitespace (Parser.categoryParserFnImpl `term)
  let s := read.run input context (Parser.getTokenTable state.env)
    (Parser.mkParserState input.inputString)
  match Compat.parserErrors input s with
  | [] =>
    if input.atEnd s.pos then .ok s.stxStack.back
    else .error (Compat.parserErrors input (s.mkError "end of input"))
  | errors => .error errors

/-- An exception as the message that Lean would make of it. -/
def messageOf (context : Command.Context) (env : Environment) (scope : Command.Scope)
    (label : String) (e : Exception) : Message :=
  let start := e.getRef.getPos?.getD context.cmdPos
  let names := { currNamespace := scope.currNamespace, openDecls := scope.openDecls }
  let data := .withContext { env, mctx := {}, lctx := {}, opts := scope.opts } e.toMessageData
  { fileName := label, pos := context.fileMap.toPosition start
    endPos := context.fileMap.toPosition (e.getRef.getTailPos?.getD start)
    severity := .error, data := .withNamingContext names data }

/--
Elaborate terms where commands are elaborated. `label` is the file that errors
are about. (The library's `liftTermElabM` has no code in the embedded one.)
-/
def liftTerm (label : IO.Ref String) (action : TermElabM Unit) (errToSorry := true) :
    Command.CommandElabM Unit :=
  fun context ref => do
    let state ← ref.get
    let scope := currentScope state
    let core ← IO.mkRef { env := state.env, infoState := state.infoState : Core.State }
    let metas ← IO.mkRef ({} : Meta.State)
    let term ← IO.mkRef ({} : Term.State)
    let config : Meta.Config := { foApprox := true, ctxApprox := true, quasiPatternApprox := true }
    let result ← (action { declName? := some `_check, errToSorry } term
      { keyedConfig := config.toConfigWithKey } metas
      { fileName := context.fileName, fileMap := context.fileMap, options := scope.opts
        currNamespace := scope.currNamespace, openDecls := scope.openDecls
        maxRecDepth := state.maxRecDepth, initHeartbeats := ← IO.getNumHeartbeats
        cancelTk? := context.cancelTk? } core).toBaseIO
    let s ← core.get
    let state := { state with
      messages := s.messages, infoState := s.infoState, snapshotTasks := s.snapshotTasks }
    ref.set state
    match result with
    | .ok _ => pure ()
    | .error e@(.error ..) =>
      let m := messageOf context state.env scope (← label.get) e
      ref.set { state with messages := state.messages.add m }
    | .error e@(.internal id _) =>
      unless isAbortExceptionId id && state.messages.hasErrors do throw e

/-- Elaborate a type in the place of its own text. -/
def elaborateType (input : Parser.InputContext) (stx : Syntax) : TermElabM Expr :=
  withTheReader Core.Context
    (fun context => { context with fileName := input.fileName, fileMap := input.fileMap }) do
    let type ← Term.elabType stx
    Term.synthesizeSyntheticMVarsNoPostponing
    instantiateMVars type

/-- Elaborate a term as `#check` does: what Lean cannot determine stays open. -/
def elaborateTerm (stx : Syntax) (type? : Option Expr) : TermElabM Expr := do
  let e ← Term.elabTermEnsuringType stx type?
  Term.synthesizeSyntheticMVarsNoPostponing
  instantiateMVars e

/-- A term that has been elaborated, as text. -/
structure TermText where
  type : String
  value : String
  hasSorry : Bool

def printTerm (e : Expr) : TermElabM TermText := do
  let e ← Compat.nameUniverses e
  let type ← instantiateMVars (← Meta.inferType e)
  return {
    type := (← Meta.ppExpr type).pretty
    value := (← Meta.ppExpr e).pretty
    hasSorry := type.hasSorry || e.hasSorry }

/-- The term of the text, where it is one. -/
def Check.runTerm (c : Check) (session : Session) (options : Options) (space : Name)
    (expected : String) : BaseIO (Option TermText) := do
  let state ← session.state options space
  let result ← IO.mkRef none
  let typeInput := Compat.inputContext expected expectedTypeLabel
  let type? ← if expected.isEmpty then pure none
    else match parseTerm typeInput state with
      | .error messages =>
        for m in messages do c.report m
        return none
      | .ok stx => pure (some stx)
  match parseTerm c.input state with
  | .error messages =>
    for m in messages do c.report m
    return none
  | .ok stx =>
    let label ← IO.mkRef c.input.fileName
    let _ ← c.run state 0 <| liftTerm label do
      let type? ← match type? with
        | none => pure none
        | some stx => do
          label.set expectedTypeLabel
          pure (some (← elaborateType typeInput stx))
      label.set c.input.fileName
      let e ← elaborateTerm stx type?
      result.set (some (← printTerm e))
    result.get

/-! ### The request -/

structure ElaborateRequest where
  work : Work
  isTerm : Bool
  space : String
  expectedType : String
  textBytes : Nat

def Check.elaborated (c : Check) (term? : Option TermText) (textBytes : Nat) : BaseIO Answer := do
  let t ← c.tally.get
  let heap ← Plugin.heapKib c.server.secret
  let term := term?.getD { type := "", value := "", hasSorry := false }
  let type := Compat.takeBytes term.type textBytes
  let value := Compat.takeBytes term.value textBytes
  let cut := term.type.utf8ByteSize > textBytes || term.value.utf8ByteSize > textBytes
  return {
    message := "ELABORATED"
    numbers := #[t.errors, t.warnings, flag (t.hasSorry || term.hasSorry),
      flag (← c.token.isSet), flag (t.truncated || cut), t.elapsed, heap]
    texts := #[type, value] }

def elaborate (server : Server) (surroundings : Surroundings) (session : Session)
    (r : ElaborateRequest) : IO Answer := do
  let space ← match spaceOfText r.space with
    | .error answer => return answer
    | .ok space => pure space
  match ← session.begin server r.work with
  | .error answer => return answer
  | .ok (c, options) =>
    let term? ← try
        if r.isTerm then c.runTerm session options space r.expectedType
        else do
          let _ ← c.runSource session options space
          pure none
      finally surroundings.restore
    -- Both texts and what stands around them fit into the frame.
    let room := ((← Plugin.frameLimit server.secret) - 4096) / 3
    c.elaborated term? (min r.textBytes room)

end LeanWorker
