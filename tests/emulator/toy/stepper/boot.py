print("nobody hears this")
