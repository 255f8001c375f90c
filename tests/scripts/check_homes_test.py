import unittest
import unittest.mock

from sample_tree import SampleTree

import check_homes


class CheckHomes(SampleTree):
    def setUp(self):
        super().setUp()
        # The sample has one boundary, whatever the project lists.
        only = unittest.mock.patch.dict(check_homes.BOUNDARIES, {"libs/cli/main.cpp": "commands end"}, clear=True)
        only.start()
        self.addCleanup(only.stop)

    def assert_offence(self, name, text, expected):
        """The file is the only one of the tree, and the check finds in it what is expected and nothing else."""
        self.write(name, text)
        self.assertEqual(check_homes.check(self.root), [expected] if expected else [])
        (self.root / name).unlink()

    def test_each_pattern_is_found_away_from_home_and_left_alone_at_home(self):
        # (what is written, a file where it may not stand, a file where it may)
        cases = [
            ("#include <pistache/tcp.h>", "libs/api/routes.cpp", "libs/http/transport.cpp"),
            ("#include <soci/soci.h>", "libs/service/notes.cpp", "libs/migrate/history.cpp"),
            ("#include <soci/soci.h>", "libs/migrate/plan.cpp", "libs/store/notes.cpp"),
            ('auto home = std::getenv("HOME");', "libs/db/url.cpp", "libs/config/environment.cpp"),
            ("#include <yaml-cpp/yaml.h>", "libs/migrate/seeds.cpp", "libs/config/file.cpp"),
            ("#include <cxxopts.hpp>", "apps/notes-server/main.cpp", "apps/notes-server/commands.cpp"),
            ('if (name == "postgresql") return 1;', "libs/store/notes.cpp", "libs/db/url.cpp"),
            ("auto now = std::chrono::system_clock::now();", "libs/service/notes.cpp", "libs/base/clock.cpp"),
            ("std::cout << 1;", "libs/migrate/run.cpp", "libs/cli/terminal.cpp"),
            ('printf("x");', "libs/db/pool.cpp", "apps/notes-migrate/commands.cpp"),
            ("} catch (...) {", "libs/service/notes.cpp", "libs/cli/main.cpp"),
            ('auto red = "\\x1b[31m";', "apps/notes-server/commands.cpp", "libs/cli/terminal.cpp"),
        ]
        for text, wrong, right in cases:
            with self.subTest(text=text, wrong=wrong):
                self.write(wrong, f"\n{text}\n")
                offences = check_homes.check(self.root)
                self.assertEqual(len(offences), 1, offences)
                self.assertTrue(offences[0].startswith(f"{wrong}:2: "), offences)
                (self.root / wrong).unlink()
                self.assert_offence(right, f"{text}\n", None)

    def test_a_comment_may_speak_of_anything_but_unfinished_work(self):
        self.assert_offence("libs/db/pool.cpp", "// sessions never catch (anything); std::cout /* getenv */\n", None)
        self.assert_offence("libs/db/pool.cpp", "\n// TODO: recycle\n",
                            "libs/db/pool.cpp:2: 'TODO': do it, or leave it out")

    def test_two_slashes_in_a_string_do_not_hide_what_follows(self):
        self.assert_offence("libs/db/pool.cpp", 'f("http://x"); std::cout << 1;\n',
                            "libs/db/pool.cpp:1: 'std::cout': printing belongs to cli and apps; everything else logs or returns")

    def test_formatting_into_memory_is_not_printing(self):
        self.assert_offence("libs/db/pool.cpp", 'snprintf(buffer, 8, "%d", 1);\n', None)

    def test_nothing_sleeps_not_even_a_test(self):
        for name in ("libs/db/pool.cpp", "tests/unit/db/pool_test.cpp"):
            self.assert_offence(name, "std::this_thread::sleep_for(1s);\n",
                                f"{name}:1: 'sleep_for': wait on a condition with a deadline")

    def test_a_machine_path_is_found_in_any_file(self):
        self.assert_offence("docs/guide.md", "cd /home/ada/notes\n", "docs/guide.md:1: '/home/a': a path of one machine")
        self.assert_offence("docs/guide.md", "curl http://127.0.0.1:8080/work/items and $dir/home/x\n",
                            None)

    def test_a_vague_stem_is_an_offence_for_files_and_folders(self):
        self.assert_offence("libs/db/utils.hpp", "", "libs/db/utils.hpp: a name says what a thing is about; utils.hpp says nothing")
        self.assert_offence("libs/common/url.hpp", "", "libs/common/url.hpp: a name says what a thing is about; common says nothing")

    def test_a_file_has_400_lines_at_most(self):
        self.assert_offence("libs/db/pool.cpp", "\n" * 400, None)
        self.assert_offence("libs/db/pool.cpp", "\n" * 401, "libs/db/pool.cpp: 401 lines; over 400 it is two files")

    def test_a_test_name_that_ctest_would_split_is_an_offence(self):
        why = "CTest cannot run a case whose name has a semicolon or a lone square bracket"
        name = "tests/unit/db/pool_test.cpp"
        self.assert_offence(name, '\nTEST_CASE("a; b") {}\n', f"{name}:2: {why}")
        self.assert_offence(name, 'TEST_CASE_TEMPLATE("a [ b", T, int) {}\n', f"{name}:1: {why}")
        self.assert_offence(name, 'TEST_CASE("a [b], \\"c\\" <d> & *") { f("; ["); }\n', None)

    def test_a_listed_boundary_that_catches_nothing_is_an_offence(self):
        self.assert_offence("libs/cli/main.cpp", "int x;\n",
                            "libs/cli/main.cpp: listed as a boundary in scripts/check_homes.py, and catches nothing")

    def test_a_heavy_header_reaches_no_other_library_not_even_through_a_private_one(self):
        self.write("libs/telemetry/log.hpp", '#include "telemetry/sink.hpp"\n')
        self.write("libs/telemetry/sink.hpp", "#include <spdlog/spdlog.h>\n")
        self.assertEqual(check_homes.check(self.root), [])
        self.write("libs/db/pool.cpp", '#include "telemetry/log.hpp"\n')
        self.assertEqual(check_homes.check(self.root), [
            "libs/telemetry/log.hpp -> libs/telemetry/sink.hpp: a public header brings <spdlog/spdlog.h> along"])


if __name__ == "__main__":
    unittest.main()
