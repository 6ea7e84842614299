import unittest

from Rehearsal.rehearse import about_cluster


class AboutClusterTest(unittest.TestCase):
    def test_what_says_which_cluster_is_passed_on_and_nothing_else(self) -> None:
        launch = ["--strict", "--cluster", "two", "--set", 'send_rates=[20]', "--build", "local", "--set=k=2", "--cluster-file=a.yml"]
        about = ["--cluster", "two", "--set", "send_rates=[20]", "--set=k=2", "--cluster-file=a.yml"]
        self.assertEqual(about_cluster(launch), about)
        self.assertEqual(about_cluster([]), [])
