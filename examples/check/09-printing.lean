/- What a file prints never mixes with the results: it becomes a message. -/

def greeting : String := "hello from stdout"

#eval IO.println greeting
#eval IO.eprintln "hello from stderr"
#eval 6 * 7
#check greeting
