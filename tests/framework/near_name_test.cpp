// SPDX-License-Identifier: BSD-3-Clause
// Near names: distances counted by hand, and a ranking that does not depend on the order of the known names.
#include <sluice/host/near_name.hpp>

#include <doctest/doctest.h>

using sluice::edit_distance;
using sluice::near_names;
using Names = std::vector<std::string>;

TEST_CASE("edit distance counts single edits; a swap of neighbours is one") {
    CHECK(edit_distance("scale", "scale") == 0);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("abc", "") == 3);
    CHECK(edit_distance("sacle", "scale") == 1);     // swap
    CHECK(edit_distance("scal", "scale") == 1);      // insert
    CHECK(edit_distance("sscale", "scale") == 1);    // drop
    CHECK(edit_distance("skale", "scale") == 1);     // replace
    CHECK(edit_distance("kitten", "sitting") == 3);  // the textbook example of Levenshtein: k>s, e>i, +g
    CHECK(edit_distance("ca", "abc") == 3);          // 2 if a swapped pair could be edited again: optimal string alignment may not
}

TEST_CASE("near names are ranked by distance, then alphabetically") {
    const Names known = {"wavelength", "window", "scales", "scald", "scale", "offset"};
    CHECK(near_names("scael", known) == Names{"scale"});
    CHECK(near_names("scal", known) == Names{"scald", "scale"});
    CHECK(near_names("scale", known) == Names{"scale", "scald", "scales"});
    const Names reversed(known.rbegin(), known.rend());
    CHECK(near_names("scal", reversed) == near_names("scal", known));
}

TEST_CASE("the limit is a third of what was written, and at least one edit") {
    CHECK(near_names("qq", Names{"q"}) == Names{"q"});
    CHECK(near_names("x", Names{"q", "abc"}) == Names{"q"});
    CHECK(near_names("wavelnegt", Names{"wavelength"}) == Names{"wavelength"});  // 2 edits, limit 3
    CHECK(near_names("offs", Names{"offset"}).empty());                          // 2 edits, limit 1
}

TEST_CASE("no more names than asked for, none twice") {
    const Names known = {"aa", "ab", "ac", "ad", "ab"};
    CHECK(near_names("a", known) == Names{"aa", "ab", "ac"});
    CHECK(near_names("a", known, 1) == Names{"aa"});
    CHECK(near_names("a", Names{}).empty());
}
