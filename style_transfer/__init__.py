"""Neural style transfer in plain PyTorch: a photo and artworks in, a painted picture out.

The package knows no web framework and runs on a machine that has nothing of Styleweb but this
folder. Import what you need from its modules; `spec` and `errors` never load torch.
"""
