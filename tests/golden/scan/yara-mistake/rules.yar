rule Good { condition: true }
rule Bad {
  condition: $a
}
