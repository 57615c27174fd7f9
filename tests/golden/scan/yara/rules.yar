rule Marker_In_File : T1027 {
  meta:
    description = "A marker of a test"
    score = 85
    mitre_att = "T1105"
    author = "Bartizan"
  strings:
    $a = "BARTIZAN-MARKER"
    $b = { 00 01 02 ?? 04 }
  condition:
    any of them
}
