// SPDX-License-Identifier: Apache-2.0
// Every bound of the program, with the reason for its value. Sizes in bytes unless the name says otherwise.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bartizan::limits {

// Reading
inline constexpr std::size_t kPieceBytes =
    1 << 20;  // one unit of work for a worker: large enough to hide hand-over cost
inline constexpr std::size_t kPieceBytesMax =
    64u << 20;  // a single JSON or XML record larger than this is an oddity

inline constexpr std::size_t kThreadsMax = 256;       // more workers than any machine we know has processors
inline constexpr std::size_t kOdditiesKept = 65'536;  // of a run; further ones are counted, not kept

// Archives (of one evidence file, nested ones included, unless said otherwise)
inline constexpr unsigned kArchiveDepthMax = 8;               // a collection nests 3 deep: zip, tar, gz
inline constexpr std::uint64_t kArchiveMembersMax = 100'000;  // a triage image has some 10,000 files
inline constexpr std::uint64_t kArchiveBytesMax = 256ull
                                                  << 30;  // decompressed: a month of a large domain's logs
inline constexpr std::uint64_t kArchiveRatioMax =
    500;  // per archive: logs compress some 10 to 100 times; deflate cannot exceed 1,032, so half of it
inline constexpr std::uint64_t kArchiveRatioFreeBytes =
    64ull << 20;  // a preallocated EVTX is mostly zeros: no ratio below this
inline constexpr std::uint64_t kArchiveBufferMax =
    256ull << 20;  // zip and 7z inside archives are held in memory, being read from the end
inline constexpr std::size_t kArchiveBlockBytes = 64 * 1024;  // one read of compressed bytes
inline constexpr std::size_t kArchiveNameBytesMax =
    4096;  // longer member names are cut; no file system takes longer
inline constexpr std::size_t kArchiveOdditiesKept =
    4096;  // further ones of a file and its members are counted, not kept

// JSON
inline constexpr std::size_t kJsonDepthMax =
    64;  // bounds recursion; a value below it is dropped with an oddity
inline constexpr std::size_t kJsonRecordsMax =
    262'144;  // records inside one wrapping object: bounds events a 64 MiB object can make

inline constexpr std::size_t kJsonNamesMax =
    16'384;  // member paths a decoder remembers; others are made anew for each event
inline constexpr std::size_t kJsonKindsMax =
    512;  // kinds whose wanted fields a decoder remembers; beyond it they are asked for anew
inline constexpr unsigned kJsonRestartsMax =
    16;  // items of a list on one line that are looked at again for where they end; bounds work

// Interning
inline constexpr std::size_t kKindsMax =
    65'536;  // kinds whose rules are remembered; beyond it the choice is made anew
inline constexpr std::size_t kFieldNameBytesMax = 512;  // longer field names are cut
inline constexpr std::size_t kFieldsPerEventMax =
    16'384;  // more fields of one event are dropped with an oddity

// Oddities
inline constexpr std::size_t kOdditiesKeptPerFile = 64;  // further ones of a file are counted, not kept

// EVTX (a record has at most 64 KiB, but templates can multiply what a few bytes refer to)
inline constexpr unsigned kBinXmlDepthMax = 64;  // elements or templates within each other; real ones reach 8
inline constexpr std::size_t kBinXmlNodesMax = 65'536;  // tokens read for one record
inline constexpr std::size_t kBinXmlTextBytesMax =
    1 << 20;  // text of one record: 64 KiB as hexadecimal digits is 128 KiB
inline constexpr std::size_t kEvtxChunkNodesMax =
    1 << 20;  // tokens read for one chunk: some 2,000 records of 500
inline constexpr std::size_t kEvtxTemplatesMax =
    16'384;  // compiled templates a decoder remembers; a large domain's logs have some 3,000
inline constexpr std::size_t kEvtxChunkTextBytesMax =
    16u << 20;  // text of one chunk; a real one yields under 1 MB

// YAML (rules, tables)
inline constexpr std::size_t kYamlDepthMax = 64;             // no rule nests deeper than 8
inline constexpr std::size_t kYamlNodesMax = 2'000'000;      // bounds alias expansion
inline constexpr std::size_t kRuleFileBytesMax = 16u << 20;  // the largest public rule has 0.5 MB

inline constexpr std::size_t kYamlAliasBytesMax =
    64u << 20;  // text copied by aliases: a long scalar can be named often

// Sigma
inline constexpr std::size_t kRuleCacheFilesMin =
    64;  // of fewer rule files nothing is kept: reading them is as quick
inline constexpr std::size_t kRuleCacheBytesMax = 256u << 20;  // the public rules take 12 MB
inline constexpr std::size_t kRuleCachesKept = 16;             // the newest
inline constexpr std::size_t kSeenTextsMax =
    4096;  // texts remembered a table, 256 bytes each: half of a common second-level cache
inline constexpr std::size_t kSeenLongTextsMax = 1024;           // longer ones
inline constexpr std::size_t kSeenTextBytesMax = 64u << 10;      // one of them
inline constexpr std::size_t kSeenLongTextsBytesMax = 4u << 20;  // all of them
inline constexpr std::size_t kSigmaConditionDepthMax =
    64;  // brackets and detection lists; public rules nest 2 deep
inline constexpr std::size_t kSigmaVariantsMax =
    4096;  // values one written value expands to; five dashes give 3,125
inline constexpr std::size_t kSigmaVariantBytesMax = 8u << 20;  // text of all variants of one value
inline constexpr std::size_t kSigmaTermsMax =
    4096;  // search identifiers of a rule, and terms of its condition
inline constexpr std::size_t kSigmaLeavesMax =
    200'000;  // tests of one rule; the largest public rule has 4,500
inline constexpr std::size_t kCorrelationMatchesMax =
    2'000'000;  // matches kept until the end; further ones are counted
inline constexpr std::size_t kCorrelationValueBytesMax = 256u << 20;  // distinct field values kept for them
inline constexpr std::size_t kCorrelationContributingMax =
    16'000'000;  // matches named by all results; chains can multiply them
inline constexpr std::size_t kCorrelationGroupsMax = 1'024;  // groups one result of a chain takes part in

// Reports
inline constexpr std::size_t kHtmlFindingsMax =
    20'000;  // a browser stays quick; the CSV and JSONL forms have them all
inline constexpr std::size_t kHtmlValueBytesMax =
    2'000;  // one long value (a script block) is cut: bounds the page's size
inline constexpr std::size_t kHtmlPlainRowsMax = 100;    // rows of the table for browsers without script
inline constexpr std::size_t kHtmlPlainValueMax = 300;   // characters of one value there
inline constexpr std::size_t kTerminalRulesMax = 40;     // two screens; more is read in a file
inline constexpr std::size_t kTerminalHostsMax = 15;     // likewise
inline constexpr std::size_t kTerminalFindingsMax = 20;  // likewise
inline constexpr std::size_t kTerminalPerRuleMax = 3;    // so that one noisy rule does not fill the timeline
inline constexpr std::size_t kTerminalListMax =
    10;  // files that could not be read, channels, missing sources
inline constexpr std::size_t kTerminalTitleMax =
    160;  // characters of a rule's title; the longest public one has 126
inline constexpr std::size_t kTerminalStatementMax =
    400;  // characters of a sentence that explains a finding: four lines
inline constexpr std::size_t kTerminalTechniquesMax = 8;  // of a group: three lines

// Findings
inline constexpr std::size_t kFindingsInMemoryBytes =
    16u << 20;  // packed; some 20,000. What exceeds it goes to a temporary file
inline constexpr std::size_t kFindingsWrittenAtOnceBytes = 1u << 20;  // to that file
inline constexpr std::size_t kOutputWrittenAtOnceBytes = 256u << 10;  // of a report
inline constexpr std::size_t kFindingsMergeBytes = 16u << 20;  // read from it at once, over all its parts
inline constexpr std::size_t kCorrelationReasonsMax =
    32;  // records a finding of a correlation names; an analyst reads no more

// The HTML report's copies of the records that findings point at
inline constexpr std::size_t kHtmlRecordBytesMax =
    64 * 1024;  // one record; the largest script block part has 32 KiB
inline constexpr std::size_t kHtmlRecordsBytesMax =
    48u << 20;  // all of them: a browser opens a page of 100 MB, but slowly

// Carving
inline constexpr std::size_t kCarvedBasesMax =
    8;  // places where the chunk of a lone record may have begun: a few remains overlap
inline constexpr std::size_t kCarvedKeysMax =
    2'000'000;  // records of a file remembered to tell copies (100 MB); later ones may come twice

// Text logs with columns
inline constexpr std::size_t kHeaderLineBytesMax =
    64 * 1024;                                     // a line that names the columns; Zeek's longest has 1 KB
inline constexpr std::size_t kColumnsMax = 2'048;  // columns of a table; the widest export known has 400
inline constexpr std::size_t kCsvRecordBytesMax =
    1 << 20;  // a quotation mark that is not closed within this is an ordinary character
inline constexpr std::size_t kPairsPerLineMax = 1'024;  // key=value pairs of one line; FortiOS writes some 60

// Carriers, Linux and text logs (syslog, auditd, journald, XML, transcripts)
inline constexpr std::size_t kXmlDepthMax =
    64;  // elements within each other; events reach 6, scheduled tasks 5
inline constexpr std::size_t kAuditGroupsMax =
    8;  // audit events whose records may be mixed: as many as processors writing at once
inline constexpr std::size_t kCarrierFieldsMax =
    4096;  // fields a carrier adds to the events of one message, all together: a syslog line has 6
inline constexpr std::size_t kPathBytesMax =
    4096;  // PATH_MAX of Linux; a longer folder is not put before names

// What `bartizan formats explain` remembers of one log
inline constexpr std::size_t kExplainedKindsMax =
    4096;  // kinds of events; Windows has some 1,000 in a channel of many providers
inline constexpr std::size_t kExplainedFieldsMax =
    4096;  // names of fields of a kind; JSON made up by somebody could have any number
// Identity
inline constexpr std::size_t kIdentityPendingMax =
    200'000;  // authentications sorted by time in memory (36 MB); more go to a scratch file in sorted runs
inline constexpr std::uint64_t kIdentityScratchBytesMax =
    16ull << 30;  // of that file; 30 million records, a week of 50,000 users and 60,000 machines, take 2 GB
inline constexpr std::size_t kIdentityMergeBytesMax = 32u << 20;  // read-ahead of all its runs together
inline constexpr std::size_t kIdentityRealmsMax = 10'000;  // names of realms; a large forest has dozens
inline constexpr std::size_t kIdentityNamesMax =
    2'000'000;  // accounts, hosts, addresses, services; a large domain has 300,000
inline constexpr std::size_t kIdentityNameBytesMax =
    512;  // of one of them; a longer one is cut (a service principal has up to 260)
inline constexpr std::size_t kIdentityNamesBytesMax = 128u << 20;  // all of them
inline constexpr std::size_t kIdentityTicketsMax =
    1'500'000;  // tickets remembered (170 MB); four live ones for each of 110,000 principals, three times over
inline constexpr std::size_t kIdentityServicesMax =
    8u
    << 20;  // service tickets remembered (64 MB); 110,000 principals ask for 3.3 million in 10 hours, each counted twice
inline constexpr std::size_t kIdentityHeldMax =
    10'000;  // suspicions that wait for a later record to explain them
inline constexpr std::size_t kIdentityGroupsMax =
    150'000;  // accounts or sources an invariant remembers at a time
inline constexpr std::size_t kIdentityRecentMax =
    100'000;  // records all windows of one invariant keep (20 MB)
inline constexpr std::size_t kIdentityWindowMax =
    64;  // records of one group within a window; more prove nothing more
inline constexpr std::size_t kIdentityExportsMax = 64;  // domains whose exports are known; a forest has few
inline constexpr std::size_t kIdentityDirectoryMax =
    500'000;  // accounts of one export (32 MB); more, and nobody is called unknown
inline constexpr std::size_t kIdentitySegmentsMax = 4'096;  // unbroken stretches of one host's log
inline constexpr std::size_t kIdentityListedMax = 200'000;  // rows of a list for analysts
inline constexpr std::size_t kIdentityListedNamesMax = 16;  // addresses or services of one row
inline constexpr std::size_t kIdentityFindingsMax =
    10'000;  // findings about identities; more is a flood nobody reads

// Logon paths and what is learned about logons
inline constexpr std::size_t kIdentityLogonsMax =
    400'000;  // logons of the last day that may be the cause of a later one (32 MB)
inline constexpr std::size_t kIdentityCausesMax =
    64;  // logons to one host that are looked at as causes; the latest count
inline constexpr std::size_t kIdentityPathHopsMax = 8;  // longer chains are cut at their beginning
inline constexpr std::size_t kIdentityPathsKeptMax =
    64;  // of a day, before the best are chosen; the daily budget of a list is at most this
inline constexpr std::size_t kIdentityDaysMax = 4'096;  // days of evidence that have paths
inline constexpr std::size_t kIdentityContextMax =
    4u << 20;  // pairs seen before, 16 bytes each (64 MB); 110,000 principals have some 20 each
inline constexpr std::size_t kIdentityContextBytesMax = 128u << 20;  // of a state file
inline constexpr std::uint32_t kIdentityContextDays = 60;  // what was not seen for so long is forgotten

// Directory exports
inline constexpr std::size_t kLdifRecordBytesMax =
    4u << 20;  // of one entry, folded lines and all; the members of a large group
inline constexpr std::size_t kLdifFieldsMax = 65'536;  // values of one entry
inline constexpr std::size_t kDirectoryAccountsMax =
    500'000;  // accounts and machines of a directory that are remembered (120 MB)
inline constexpr std::size_t kPostureExamplesMax = 8;  // accounts a fact names; it counts the rest

// PowerShell (real loaders: 1.2 MB of text, depth of layers 7, inflate ratio 4; see docs/design/0004-powershell.md)
inline constexpr unsigned kPowershellNestingMax =
    256;  // brackets within each other; bounds recursion. Real scripts reach 40
inline constexpr std::size_t kPowershellNodesMax =
    2'000'000;  // of one text; a million-element array is still read
inline constexpr std::size_t kPowershellScriptBytesMax =
    16u << 20;  // longer scripts are cut; the largest real one has 8 MB
inline constexpr std::size_t kPowershellStepsMax =
    500'000;  // evaluations of a node, some 0.3 us each; the longest real loader needs 150,000
inline constexpr std::size_t kPowershellLoopTurnsMax = 200'000;  // of all loops together
inline constexpr std::size_t kPowershellOutsideTurnsMax =
    16;  // turns of a loop that depends on the world; more would show nothing new
inline constexpr unsigned kPowershellCallsMax =
    48;  // functions, blocks and layers within each other; bounds recursion
inline constexpr std::size_t kPowershellUndecidedCallsMax =
    3;  // of a function within itself where nobody knows whether it calls itself; each turn knows less than the one before
inline constexpr std::size_t kPowershellStringMax = 8u << 20;  // characters of one string
inline constexpr std::size_t kPowershellBytesMax = 96u
                                                   << 20;  // bytes produced by everything a script computes
inline constexpr std::size_t kPowershellArrayMax = 1'000'000;   // elements of one array
inline constexpr std::size_t kPowershellLayersMax = 32;         // layers of one script
inline constexpr unsigned kPowershellDepthMax = 12;             // layers within each other
inline constexpr std::size_t kPowershellOutputMax = 16u << 20;  // text of all layers of one script
inline constexpr std::size_t kPowershellInflateRatioMax =
    64;  // real ones reach 4; below 64 KiB of output no ratio
inline constexpr std::size_t kPowershellInflateFreeBytes = 64u << 10;
inline constexpr std::size_t kPowershellPatternMax = 4096;  // characters of a regular expression
inline constexpr std::size_t kPowershellPatternMatchesMax =
    262'144;  // of one -replace; a line of hidden text has some thousands
inline constexpr std::size_t kPowershellWildcardWorkMax =
    1 << 24;  // length of pattern times text: -like is quadratic
inline constexpr std::size_t kPowershellFoldMax = 4u
                                                  << 20;  // text written into a view in place of expressions
inline constexpr std::size_t kPowershellUrlsMax = 256;    // kept as fields; all stand in the text
inline constexpr std::size_t kPowershellCommandLineMax = 128u
                                                         << 10;  // Windows passes at most 32,767 characters
inline constexpr std::size_t kHtmlLayerBytesMax =
    256u << 10;  // of one layer in the page of `powershell --format html`: a browser stays quick
inline constexpr std::size_t kPowershellShellWorkMax =
    2u << 20;  // bytes of commands cmd runs in loops; a line built letter by letter needs 1 MB
inline constexpr std::size_t kPowershellShellTurnsMax =
    20'000;                                           // of one `for`; the longest line has 8,191 letters
inline constexpr unsigned kPowershellShellsMax = 16;  // cmd within cmd within wmic ...

// Captures of networks, read by Suricata (it reads some 12 MB/s of packets and writes twice as much)
inline constexpr unsigned kCaptureSecondsMax = 4 * 3600;  // of one capture: 170 GB at that rate
inline constexpr unsigned kCaptureIdleSecondsMax =
    300;  // neither takes packets nor writes; loading 50,000 signatures takes 30
inline constexpr std::uint64_t kCaptureEveBytesMax = 64ull << 30;
inline constexpr std::uint64_t kCaptureLogBytesMax =
    16u << 20;  // of what it says about itself, and of any other file it writes

// Views of records that hold script text
inline constexpr std::size_t kViewStepBytesMax =
    2'000;  // text of one layer in a finding: what an analyst reads at a glance
inline constexpr std::size_t kViewTextBytesMax = 8'000;  // of the text a rule matched, around the match
inline constexpr std::size_t kViewBytesPerRecordMax =
    16u << 20;  // text of all views of one record that rules look at
inline constexpr std::size_t kReadScriptsBytesMax =
    64u << 20;  // layers of scripts remembered: four of five logged blocks repeat
inline constexpr std::size_t kScriptTextsPerFieldMax =
    16;  // pieces of script text in one field; a module log binds some 5 parameters
inline constexpr std::size_t kScriptBlocksBytesMax =
    64u << 20;  // parts of script blocks waiting for the others; a block has at most 20 MB
inline constexpr std::size_t kScriptBlocksMax =
    4'096;  // blocks waiting: a log is read in order, so some few are open at a time
inline constexpr std::size_t kScriptBlockPartsMax =
    2'048;  // parts of one block: 20 MB in parts of 10,000 characters
inline constexpr std::size_t kScriptBlocksDoneMax =
    65'536;  // complete blocks remembered, so that a copy of a log gives them once
inline constexpr std::size_t kLayersPredictedMax =
    262'144;  // layers compared with what PowerShell logged; 100 bytes each
inline constexpr std::size_t kPostureFactsMax = 65'536;     // one a host and protection: 10,000 hosts
inline constexpr std::size_t kBlocksLoggedMax = 1'048'576;  // logged blocks remembered for it

// Exported policy
inline constexpr std::size_t kRegistryPolicyDataMax =
    1u << 20;  // bytes of one value; the format's own names it no bound, real ones are some 100 bytes

// Stored events
inline constexpr std::size_t kStoreRowGroupRows = 122'880;  // sixty of the 2,048 rows readers take at once
inline constexpr std::size_t kStoreRowGroupRowsMin =
    512;  // while there is room: the footer has some 7 kB for each row group
inline constexpr std::size_t kStoreFileRows = 1'228'800;  // ten row groups; 100 million events are 100 files
inline constexpr std::size_t kStoreWaitingBytes =
    40u << 20;  // of rows not written yet, a thread: some 100,000; a page is read as a whole
inline constexpr std::size_t kStoreOpenBytes =
    32u << 20;  // of what is remembered of half-written files, a thread
inline constexpr std::size_t kStoreFilesOpenMax =
    400;  // half-written files at once, of all threads; a process may have 1,024
inline constexpr std::size_t kStoreFilesAtOnce = 64;  // synced together: the disk waits once for all of them
inline constexpr std::size_t kStoreRangeBytesMax = 64;  // longer least and greatest texts help no search
inline constexpr int kStoreZstdLevel = 3;               // the library's own default
inline constexpr int kRawZstdLevel = 3;  // of records' bytes: bench/README.md has what other levels cost
inline constexpr std::size_t kRawWaitingBytes =
    8u << 20;  // of compressed pieces not written yet, a thread; and of a page, which is read as a whole
inline constexpr std::size_t kStoreNamesMax =
    65'536;  // field names in all lists of them that are remembered; hostile JSON can make any number
inline constexpr std::size_t kPastHostsShown = 64;  // names of hosts in what is said of one indicator's past
inline constexpr std::size_t kStoreTextBytesMax =
    1u << 20;  // longer texts of one field are cut; logs have 64 KiB

// A store in ClickHouse
inline constexpr std::size_t kClickHouseDaysWaiting =
    200;  // batches of days at once, each with its own buffer
inline constexpr std::size_t kClickHouseWaitingBytes = 64u << 20;  // of rows not sent yet, a thread
inline constexpr std::size_t kClickHouseInsertRows =
    131'072;  // of one insert: the server makes a part of each, and merges them
inline constexpr int kClickHouseConnectSeconds = 10;
inline constexpr int kClickHouseInsertSeconds = 300;  // one insert may take, on a server that is merging
inline constexpr int kClickHouseRetrySeconds = 60;    // a server restarts within; then the scan says so
inline constexpr std::size_t kClickHouseLineBytesMax = 256u << 20;    // of an answer: one row, all its fields
inline constexpr std::size_t kClickHouseQueryBytesMax = 16u << 20;    // fifty rules are one question
inline constexpr std::size_t kClickHouseProblemBytesMax = 64u << 10;  // of what a server says is wrong

// Hunts
inline constexpr std::size_t kHuntLineBytesMax =
    64u << 10;  // a search line; a list of 1,000 addresses has 20 KiB
inline constexpr std::size_t kHuntTreeIndentMax =
    64;  // levels of processes that are shown; deeper ones are a loop in a log
inline constexpr unsigned kHuntDepthMax = 64;            // parentheses within each other; bounds recursion
inline constexpr std::uint64_t kHuntRowsShown = 10'000;  // of an answer, unless --rows says otherwise

inline constexpr std::size_t kHuntFileBytesMax = 4u << 20;  // a saved hunt with its example
inline constexpr std::int64_t kHuntSpanSecondsMax =
    86'400ll * 36'600;  // of a range or an interval: a century
inline constexpr std::size_t kHuntHostsRecorded =
    1'000;  // names of hosts in the record of a run: 30 kB; the counts are whole
inline constexpr std::size_t kHuntRecordBytesMax = 4u << 20;  // of one line of the record
inline constexpr std::size_t kHuntRowsOnScreen = 20;          // of one hunt in the table of a run

// Intelligence
inline constexpr std::size_t kIntelValueBytesMax =
    4'096;  // of one value; longer ones are no indicators: URLs that work have some 2,000
inline constexpr std::size_t kIntelShortTextMin =
    4;  // letters of a file name, mutex or user agent: shorter ones stand everywhere
inline constexpr std::size_t kIntelObjectBytesMax =
    64u << 20;  // one JSON object with its parts in memory: a MISP event of 100,000 attributes has some 50 MB
inline constexpr std::size_t kIntelNumberBytesMax = 64;  // no number of intelligence has more than 20 digits
inline constexpr std::size_t kIntelObjectsKept =
    1'000'000;  // relationships and techniques of one file, 100 bytes each
inline constexpr std::size_t kIntelMembersMax = 64;     // of an outer object; known ones have 20
inline constexpr std::size_t kIntelMistakesKept = 100;  // of one file; further ones are counted
inline constexpr std::size_t kIntelLineBytesMax =
    1u << 20;  // of a list or table; tables of feeds have lines of some kB
inline constexpr std::size_t kIntelColumnsMax = 256;    // of a table
inline constexpr std::size_t kIntelBatchMax = 500'000;  // statements sorted before they are written: 200 MB
inline constexpr std::size_t kPatternBytesMax =
    1u << 20;                                        // of one STIX pattern; published ones have some hundred
inline constexpr std::size_t kPatternDepthMax = 64;  // brackets within each other: bounds recursion
inline constexpr std::size_t kPatternTermsMax = 65'536;  // tests, their joints, and constants of one pattern
inline constexpr std::size_t kPatternObservationsMax = 4'096;  // chains of OR of single values are common
inline constexpr std::size_t kPatternJoinedMax =
    64;  // of one that is evaluated: bits of one word say which were seen
inline constexpr unsigned kPatternRepeatsMax = 10'000;  // times kept for REPEATS, 8 bytes each
inline constexpr std::size_t kPatternsFreeMax =
    1'000;  // patterns without a value to wake them, which every event is tested on
inline constexpr std::size_t kPatternStatesMax = 65'536;  // half-met patterns kept, one a pattern and host
inline constexpr std::size_t kPatternHitsMax =
    200'000;  // observations of patterns kept until the end, 1 kB each
inline constexpr std::uint64_t kPatternWorkMax = 256;  // looks back, for repeated brackets within each other
inline constexpr std::size_t kIntelKnownMax =
    65'536;  // indicators that were met and whose sources are remembered
inline constexpr std::size_t kIntelTextBytesMax =
    256u << 10;  // of a command line or script looked through for values
inline constexpr std::size_t kIntelTextValuesMax = 4'096;  // values looked up of one such text
inline constexpr std::size_t kIntelMatchesPerEventMax =
    64;  // an event that names more is a list of indicators itself
inline constexpr std::size_t kHarmlessTextsMax =
    10'000;  // substrings and expressions, each tried on every indicator
inline constexpr std::size_t kHarmlessRegexBytesMax = 8u << 20;  // memory of one expression
inline constexpr std::uint64_t kIndicatorsMax = 100'000'000;  // of one index: its places are 32-bit numbers
inline constexpr std::size_t kYaraFileBytesMax =
    256u << 20;                             // looked at of one file: held in memory, a second at 250 MB/s
inline constexpr int kYaraSecondsMax = 60;  // of one file
inline constexpr std::size_t kYaraStringsShownMax = 8;                  // matched strings in a finding
inline constexpr std::size_t kYaraStringBytesShownMax = 96;             // of each
inline constexpr std::size_t kYaraRuleFilesMax = 100'000;               // of one folder
inline constexpr unsigned kIntelPrefix4Min = 8, kIntelPrefix6Min = 16;  // what one registry is given

}  // namespace bartizan::limits
