# What Doxygen reads of a page. Pages and headings get the names that links use: chemists.md#a-word is chemists_a-word.
# Links to public headers lead to their reference, links to notebooks to their pages, and links to other files become
# plain text. A link that begins an item of docs/README.md makes its page one of the pages below, in this order.
BEGIN {
  n = split(ARGV[1], path, "/")
  page = path[n]
  sub(/\.md$/, "", page)
  is_root = path[n - 1] == "docs" && page == "README"
}

/^```/ {
  in_code = !in_code
  sub(/^```python$/, "```")  # its names would link to those of C++
  print
  next
}

in_code {
  print
  next
}

/^#/ {
  heading = $0
  sub(/^#+ /, "", heading)
  if (NR > 1) {
    anchor = anchor_of(heading)
    print $0 " {#" name_of(page, anchor (seen[anchor]++ ? "-" seen[anchor] - 1 : "")) "}"
  } else {
    print is_root ? $0 : $0 " {#" page "}"
  }
  next
}

{ print with_links_resolved($0) }

END {
  if (is_root) {
    print "- @subpage python-reference \"Reference of Python\""
    print "- Reference of C++: <a href=\"annotated.html\">classes</a>, <a href=\"files.html\">headers</a>"
  }
}

function name_of(of_page, anchor) {
  return anchor == "" ? of_page : of_page "_" anchor
}

# As web pages of repositories make it: lower case, blanks as hyphens, no punctuation.
function anchor_of(heading) {
  heading = tolower(heading)
  gsub(/[^a-z0-9 _-]/, "", heading)
  gsub(/ /, "-", heading)
  return heading
}

function with_links_resolved(line,   result, before, middle, text, target) {
  result = ""
  while (match(line, /\[[^\]]*\]\([^)]*\)/)) {
    before = substr(line, 1, RSTART - 1)
    middle = substr(line, RSTART, RLENGTH)
    line = substr(line, RSTART + RLENGTH)
    text = substr(middle, 2, index(middle, "](") - 2)
    target = substr(middle, index(middle, "](") + 2)
    sub(/\)$/, "", target)
    result = result before link(text, target, is_root && result before ~ /^ *- $/)
  }
  return result line
}

function link(text, target, is_below,   anchor) {
  if (target ~ /^\.\.\/include\//) {
    return "[" text "](@ref " substr(target, 12) ")"
  }
  sub(/^\.\.\/python\/notebooks\//, "notebook-", target)
  if (target !~ /^[a-zA-Z0-9_-]*(\.md|\.ipynb)?(#.*)?$/) {
    return target ~ /^\.\.\// ? text : "[" text "](" target ")"
  }
  anchor = target
  sub(/^[^#]*#?/, "", anchor)
  sub(/(\.md|\.ipynb)?(#.*)?$/, "", target)
  target = name_of(target == "" ? page : target == "README" ? "index" : target, anchor)
  return is_below ? "@subpage " target " \"" text "\"" : "[" text "](@ref " target ")"
}
