"""The manifest of `antigrad launch --engine k8s` against the schema of Kubernetes. No cluster has run it."""
import os
import sys

sys.path.insert(0, os.path.join(os.environ["ANTIGRAD_SOURCE"], "tests/app"))
import yaml
from program import output, run_tests

LAUNCH = ("launch", "--engine", "k8s", "--workers", "50", "--server", "https://antigrad.example:8443", "--image", "registry.example/antigrad:1")


def checked(text):
    import kubernetes_validate
    manifest = yaml.safe_load(text)
    kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)
    return manifest


def test_the_manifest_is_a_job_of_as_many_workers():
    job = checked(output(*LAUNCH))
    assert job["kind"] == "Job" and job["spec"]["completionMode"] == "Indexed", job
    assert job["spec"]["completions"] == job["spec"]["parallelism"] == 50
    assert job["spec"]["template"]["spec"]["containers"][0]["command"] == ["antigrad", "worker", "--server", "https://antigrad.example:8443"]


def test_a_token_comes_out_of_a_secret():
    with open("token", "w", encoding="utf-8") as file:
        file.write("a" * 32)
    text = output(*LAUNCH, "--token-file", "token")
    pod = checked(text)["spec"]["template"]["spec"]
    assert pod["containers"][0]["command"][-2:] == ["--token-file", "/run/antigrad/token"], pod
    assert pod["volumes"][1]["secret"] == {"secretName": "antigrad-workers-token", "defaultMode": 0o400}
    assert "a" * 32 not in text


def test_the_schema_refuses_what_is_no_job():
    import kubernetes_validate
    try:
        checked(output(*LAUNCH).replace("parallelism", "parallelity"))
    except kubernetes_validate.ValidationError:
        return
    raise AssertionError("the schema takes anything")


if __name__ == "__main__":
    try:
        import kubernetes_validate
    except ImportError:
        print("skipped: needs kubernetes-validate; ./scripts/test sets it up")
        sys.exit(77)
    run_tests(globals())
