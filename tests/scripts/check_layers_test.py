import contextlib
import io
import unittest

from sample_tree import SampleTree

import check_layers


class CheckLayers(SampleTree):
    def library(self, name, depends="", includes=(), sources=None):
        sources = f"{name}.cpp" if sources is None else sources
        arrows = f"DEPENDS {depends}" if depends else ""
        self.write(f"libs/{name}/CMakeLists.txt", f"notes_library({name} SOURCES {sources}\n  {arrows}\n  PACKAGES fmt::fmt)\n")
        self.write(f"libs/{name}/{name}.cpp", "".join(f'#include "{include}"\n' for include in includes))

    def test_a_tree_whose_arrows_are_used_and_go_down_passes(self):
        self.library("base")
        self.library("db", "base", ["base/error.hpp"])
        self.library("store", "db base", ["db/session.hpp", "base/error.hpp", "store/store.hpp"])
        self.write("apps/notes-server/CMakeLists.txt", "notes_app(notes-server SOURCES main.cpp DEPENDS store)\n")
        self.write("apps/notes-server/main.cpp", '#include <vector>\n#include "store/store.hpp"\n')
        self.assertEqual(check_layers.check(self.root), [])

    def test_an_include_without_an_arrow_names_the_line_and_the_arrow(self):
        self.library("base")
        self.library("db", "base", ["base/error.hpp"])
        self.library("store", "db", ["db/session.hpp", "base/error.hpp"])
        self.assertEqual(check_layers.check(self.root), [
            "libs/store/store.cpp:2: includes base/ without an arrow; add base to DEPENDS of store"])

    def test_a_header_is_held_to_the_arrows_too(self):
        self.library("base")
        self.library("db")
        self.write("libs/db/url.hpp", '#include "base/error.hpp"\n')
        self.assertEqual(check_layers.check(self.root), [
            "libs/db/url.hpp:1: includes base/ without an arrow; add base to DEPENDS of db"])

    def test_an_arrow_that_no_include_uses_is_an_offence(self):
        self.library("base")
        self.library("db", "base")
        self.assertEqual(check_layers.check(self.root), ["libs/db/CMakeLists.txt: db -> base: no include uses this arrow"])

    def test_an_arrow_upwards_or_sideways_is_an_offence_unless_the_table_lists_it(self):
        self.library("config", "db", ["db/url.hpp"])
        self.library("db")
        self.library("http", "db", ["db/url.hpp"])
        self.library("schema")
        self.library("migrate", "schema", ["schema/model.hpp"])
        offences = check_layers.check(self.root)
        self.assertEqual([offence.split(";")[0] for offence in offences], [
            "config -> db: level 1 may not use level 2", "http -> db: level 2 may not use level 2"])

    def test_a_cycle_is_named_along_its_way(self):
        self.library("schema", "migrate", ["migrate/plan.hpp"])
        self.library("migrate", "schema", ["schema/model.hpp"])
        self.assertIn("cycle: migrate -> schema -> migrate", check_layers.check(self.root))

    def test_a_library_without_a_level_or_an_arrow_to_nowhere_is_an_offence(self):
        self.library("wheels")
        self.library("db", "base", ["base/error.hpp"])
        self.assertEqual(check_layers.check(self.root), [
            "db -> base: there is no library of that name",
            "wheels: no level; give it one in scripts/check_layers.py and docs/architecture.md"])

    def test_a_library_without_code_is_an_offence(self):
        self.library("base", sources="")
        (self.root / "libs/base/base.cpp").unlink()
        self.assertEqual(check_layers.check(self.root), ["libs/base/CMakeLists.txt: base has no code"])

    def test_code_that_nothing_builds_is_an_offence(self):
        self.library("base")
        self.write("libs/base/forgotten.cpp", "")
        self.write("libs/cli/command.hpp", "")
        self.write("tests/unit/cli/command_test.cpp", "")
        self.assertEqual(check_layers.check(self.root), [
            "libs/cli: code that no CMakeLists.txt builds",
            "libs/base/forgotten.cpp: not in the SOURCES of any target",
            "tests/unit/cli/command_test.cpp: not in the SOURCES of any target"])

    def test_a_test_may_include_what_its_libraries_use_and_no_more(self):
        self.library("base")
        self.library("db", "base", ["base/error.hpp"])
        self.library("http", "base", ["base/error.hpp"])
        self.write("tests/unit/db/CMakeLists.txt", "notes_test(db_test SOURCES url_test.cpp DEPENDS db)\n")
        self.write("tests/unit/db/url_test.cpp", '#include "base/error.hpp"\n#include "db/url.hpp"\n#include "http/server.hpp"\n')
        self.assertEqual(check_layers.check(self.root), [
            "tests/unit/db/url_test.cpp:3: includes http/ without an arrow; add http to DEPENDS of db_test"])

    def test_the_graph_lists_libraries_by_level_and_apps_last(self):
        self.library("db", "base", ["base/error.hpp"])
        self.library("base")
        self.write("apps/notes-server/CMakeLists.txt", "# (a comment)\nnotes_app(notes-server SOURCES main.cpp DEPENDS db)\n")
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            check_layers.print_graph(self.root)
        self.assertEqual([line.split() for line in printed.getvalue().splitlines()], [
            ["0", "base", "-"], ["2", "db", "base"], ["6", "notes-server", "db"]])


if __name__ == "__main__":
    unittest.main()
